// A host ends while one of its writes is in flight, and the write arrives after another host has taken over and finished: no host is left
// that could correct what it overwrites.

import { expect, test } from "vitest";
import type { TaskHubClient } from "../../../local/src/engine/client.ts";
import { interceptStorage, type StorageCall } from "../../helpers/intercept-storage.ts";
import type { Pause } from "../../helpers/pausable-storage.ts";
import { readMemoryHub } from "../../helpers/read-memory-hub.ts";
import { beginRich, makeRichApp, RICH_OUTPUT } from "../../helpers/rich-app.ts";
import { HUB, VirtualWorld } from "../../helpers/virtual-world.ts";
import { problemsOf } from "../second-reader/read-hub.ts";

const PAUSE_MS = 60_000;
const NEVER = new Promise<never>(() => {});
const WRITES = new Set(["transact", "upsert", "insert", "update"]);

/** The host never continues after its write number `atWrite` to these tables, which is executed when `arrive` is called. */
function endAtWrite(atWrite: number, isStarted: () => boolean) {
  let count = 0;
  let isEnded = false;
  let arrive = async (): Promise<unknown> => undefined;
  const isCounted = ({ resource, operation }: StorageCall) =>
    isStarted() && WRITES.has(operation) && /(History|Instances)$/.test(resource);
  const pause: Pause = {
    wrap: (account, clock) => ({
      storage: interceptStorage(account, async (call, proceed) => {
        if (isEnded) return NEVER;
        if (isCounted(call)) count += 1;
        if (isCounted(call) && count === atWrite) {
          isEnded = true;
          arrive = () => proceed().catch(() => undefined);
          return NEVER;
        }
        const result = await proceed();
        return isEnded ? NEVER : result;
      }),
      clock: {
        now: () => clock.now(),
        nowTicks: () => clock.nowTicks(),
        async sleep(...args) {
          await (isEnded ? NEVER : clock.sleep(...args));
          if (isEnded) await NEVER;
        },
      },
    }),
    isPaused: () => isEnded,
    resume: () => {},
  };
  return { pause, arrive: () => arrive(), count: () => count };
}

async function runWithLateWrite(atWrite: number) {
  const world = new VirtualWorld();
  const invoker = makeRichApp();
  let isStarted = false;
  const { pause, arrive, count } = endAtWrite(atWrite, () => isStarted);
  const beforeWork = async (client: TaskHubClient) => {
    await beginRich(client);
    isStarted = true;
  };
  const ended = await world.startEngine({ invoker, workerId: "ended", pause, beforeWork });
  const hasEnded = async () => (await world.status("rich"))?.runtimeStatus === "Completed";
  await world.until(async () => pause.isPaused() || (await hasEnded()));
  if (pause.isPaused()) {
    await world.startEngine({ invoker, workerId: "other" });
    await world.pass(PAUSE_MS);
    await world.until(hasEnded);
    await world.until(() => world.messages().length === 0);
    const read = async () => {
      const { history, instances } = await readMemoryHub(world.storage, { hubName: HUB, partitionCount: 4 });
      return { history, instances };
    };
    const before = await read();
    await arrive();
    ended.die();
    expect(await read()).toEqual(before);
  }
  await world.until(() => world.messages().length === 0);
  const { output, runtimeStatus } = (await world.status("rich")) ?? {};
  const problems = await problemsOf(await readMemoryHub(world.storage, { hubName: HUB, partitionCount: 4 }));
  return { output: `${runtimeStatus} ${output}`, problems, count: count() };
}

test("a delayed write of a host that died changes nothing, whichever write it is", async () => {
  const { count } = await runWithLateWrite(0);
  expect(count).toBeGreaterThan(20);
  for (let write = 1; write <= count; write += 1) {
    const { output, problems } = await runWithLateWrite(write);
    expect({ write, output, problems }).toEqual({ write, output: `Completed ${RICH_OUTPUT}`, problems: [] });
  }
});

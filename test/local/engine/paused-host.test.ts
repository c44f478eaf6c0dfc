// A host is paused longer than its lease at any storage call, as by SIGSTOP or on a sleeping machine, and another host takes over.
// When the first one continues, with everything that it held, nothing is recorded twice.

import { describe, expect, test } from "vitest";
import type { TaskHubClient } from "../../../local/src/engine/client.ts";
import { EventType, type HistoryEvent } from "../../../local/src/engine/history/events.ts";
import type { StorageCall } from "../../helpers/intercept-storage.ts";
import { makePausable, type PauseMoment } from "../../helpers/pausable-storage.ts";
import { beginRich, makeRichApp, RICH_OUTPUT } from "../../helpers/rich-app.ts";
import { VirtualWorld } from "../../helpers/virtual-world.ts";

// Longer than a lease of 30 s plus the interval at which it is checked.
const PAUSE_MS = 60_000;

const isWork = ({ resource }: StorageCall) => !/(Partitions|-applease|-leases)$/.test(resource);

/** The task numbers of results and fired timers: each number occurs once, or the history is corrupt. */
function answeredIds(events: readonly HistoryEvent[]): string[] {
  return events.flatMap((it) => {
    if ("TaskScheduledId" in it) return [`call ${it.TaskScheduledId}`];
    return it.EventType === EventType.TimerFired ? [`timer ${it.TimerId}`] : [];
  });
}

async function runWithPause(moment: PauseMoment | undefined, atCall: number) {
  const world = new VirtualWorld();
  const invoker = makeRichApp();
  let calls = 0;
  let isStarted = false;
  const pause = makePausable((call) => {
    if (!isStarted || !isWork(call)) return undefined;
    calls += 1;
    return calls === atCall ? moment : undefined;
  });
  // A start that is itself delayed would start the instance again after its end, so all requests are queued before.
  const beforeWork = async (client: TaskHubClient) => {
    await beginRich(client);
    isStarted = true;
  };
  await world.startEngine({ invoker, workerId: "paused", pause, beforeWork });
  const hasEnded = async () => (await world.status("rich"))?.runtimeStatus === "Completed";
  await world.until(async () => pause.isPaused() || (await hasEnded()));
  if (pause.isPaused()) {
    await world.startEngine({ invoker, workerId: "other" });
    await world.pass(PAUSE_MS);
    await world.until(hasEnded);
    const whole = await world.history("rich");
    pause.resume();
    await world.pass(PAUSE_MS);
    expect((await world.history("rich")).map(({ EventType: type }) => type)).toEqual(whole.map((it) => it.EventType));
  }
  await world.until(() => world.messages().length === 0);
  const events = await world.history("rich");
  const { output, runtimeStatus } = (await world.status("rich")) ?? {};
  return { output: `${runtimeStatus} ${output}`, ids: answeredIds(events), calls };
}

const PARTS = 3;

// In parts, so that each has enough time on a busy machine.
describe.each(["before", "after"] as const)(
  "a host that is paused %s any of its calls, longer than its lease,",
  (moment) => {
    test.each(Array.from({ length: PARTS }, (_, part) => part))("records nothing twice (part %i)", async (part) => {
      const { calls } = await runWithPause(undefined, 0);
      for (let call = 1 + part; call <= calls; call += PARTS) {
        const { output, ids } = await runWithPause(moment, call);
        expect({ call, output }).toEqual({ call, output: `Completed ${RICH_OUTPUT}` });
        expect({ call, ids: ids.toSorted() }).toEqual({ call, ids: [...new Set(ids)].toSorted() });
      }
    });
  },
);

import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type LocalHost, startLocal } from "@same-kit/local";
import { type Figure, figure } from "./figure.ts";
import { writeGrowthApp } from "./growth-app.ts";

const CHAIN = 1_000;
const HUNDRED = 100;
const SMALL = 400;
const LARGE = 2_000;
const POLL_MS = 50;
/** Instances that exist throughout, in the same partitions and tables. */
const ENTITIES = 200;

/** Whether long histories and wide fan-outs keep the pace of short ones, on the whole host. */
export async function benchGrowth(folder: string): Promise<Figure[]> {
  const appDir = await writeGrowthApp();
  const figures: Figure[] = [];
  for (const kind of ["memory", "disk"] as const) {
    const host = await startLocal({ appDir, stateDir: path.join(folder, kind), port: 0, storage: { kind } });
    try {
      figures.push(...(await measure(host, kind)));
    } finally {
      await host.stop();
    }
  }
  return figures;
}

async function measure(host: LocalHost, kind: string): Promise<Figure[]> {
  await addEntities(host);
  await run(host, "chain", 2 * HUNDRED); // The first ones load code.
  const { times } = await run(host, "chain", CHAIN);
  const first = paceOf(times.slice(0, HUNDRED));
  const last = paceOf(times.slice(-HUNDRED));
  const small = await run(host, "fanOut", SMALL);
  const large = await run(host, "fanOut", LARGE);
  const ratio = large.perSecond / small.perSecond;
  return [
    figure(`${kind}: one chain of ${CHAIN}, last hundred / first`, last / first, "x", {
      atLeast: 0.8,
      note: `${first.toFixed(0)} to ${last.toFixed(0)} 1/s`,
    }),
    figure(`${kind}: fan-out of ${LARGE} / ${SMALL}, per activity`, ratio, "x", { atLeast: 0.9 }),
    figure(`${kind}: fan-out of ${LARGE}`, large.perSecond, "1/s", { atLeast: 200 }),
  ];
}

async function addEntities({ client }: LocalHost): Promise<void> {
  const keys = Array.from({ length: ENTITIES }, (_, index) => `${index}`);
  await Promise.all(keys.map((key) => client.signalEntity({ name: "tally", key }, "add", null)));
  for (;;) {
    const { instances } = await client.list({ instanceIdPrefix: "@tally@" }, { top: ENTITIES });
    if (instances.length === ENTITIES) return;
    await delay(POLL_MS);
  }
}

const paceOf = (times: readonly number[]): number =>
  (1000 * (times.length - 1)) / ((times.at(-1) ?? 0) - (times[0] ?? 0));

async function run(host: LocalHost, name: string, count: number): Promise<{ times: number[]; perSecond: number }> {
  const startedAt = performance.now();
  const { instanceId } = await host.client.start({ name, input: JSON.stringify(count) });
  for (;;) {
    const status = await host.client.getStatus(instanceId);
    if (status?.runtimeStatus === "Failed") throw new Error(`The benchmark's orchestration failed: ${status.output}`);
    if (status?.runtimeStatus === "Completed") {
      const perSecond = count / ((performance.now() - startedAt) / 1000);
      return { times: JSON.parse(status.output ?? "[]") as number[], perSecond };
    }
    await delay(POLL_MS);
  }
}

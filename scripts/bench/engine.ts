// The cost of the engine itself: the real Durable SDK in this process and the storage behind it, without a worker and
// HTTP.

import { setTimeout as delay } from "node:timers/promises";
import { createSystemClock, silentLogger } from "@same-kit/shared";
import df, { type ActivityHandler, type EntityContext, type OrchestrationContext } from "durable-functions";
import { type Engine, resolveDurableTaskSettings, startEngine } from "../../local/src/engine/index.ts";
import { newGuidN } from "../../local/src/shared/ids.ts";
import type { StorageAccount } from "../../local/src/storage/storage-account.ts";
import { SdkInvoker } from "../../test/helpers/sdk-orchestrator.ts";

export type EngineRate = { activities: number; seconds: number; perSecond: number };

type Context = OrchestrationContext;
// Polling the status costs time in what is measured, so it is frequent only if the result is expected soon.
const POLL_MS = { one: 5, many: 50 };
const DEADLINE_MS = 120_000;

const echo: ActivityHandler = (value) => value;
export type Orchestrators = typeof orchestrators;
const orchestrators = {
  *sequence(context: Context) {
    const count = context.df.getInput() as number;
    for (let i = 0; i < count; i++) yield context.df.callActivity("echo", i);
    return count;
  },
  *fanOut(context: Context) {
    const count = context.df.getInput() as number;
    const tasks = Array.from({ length: count }, (_, i) => context.df.callActivity("echo", i));
    const results = (yield context.df.Task.all(tasks)) as number[];
    return results.length;
  },
  *entityCalls(context: Context) {
    const count = context.df.getInput() as number;
    for (let i = 0; i < count; i++) yield context.df.callEntity(new df.EntityId("tally", "called"), "add", 1);
    return count;
  },
  *entityFanOut(context: Context) {
    const count = context.df.getInput() as number;
    const entityOf = (i: number) => new df.EntityId("tally", `called-${i % ENTITIES}`);
    const tasks = Array.from({ length: count }, (_, i) => context.df.callEntity(entityOf(i), "add", 1));
    yield context.df.Task.all(tasks);
    return count;
  },
};

/** Number of entities that share the calls and signals. */
export const ENTITIES = 20;

/** A sum that operations increase. */
function tally({ df: entity }: EntityContext<number>): void {
  const sum = (entity.getState(() => 0) ?? 0) + (entity.getInput<number>() ?? 0);
  entity.setState(sum);
  entity.return(sum);
}

/** `count` activities one after another. */
export const measureSequential = (count: number, storage: StorageAccount): Promise<EngineRate> =>
  measure("sequence", count, storage);

/** `count` activities at once. */
export const measureFanOut = (count: number, storage: StorageAccount): Promise<EngineRate> =>
  measure("fanOut", count, storage);

/** Milliseconds from start to `Completed` of an orchestration with one activity, measured `count` times. */
export async function measureSingle(count: number, storage: StorageAccount): Promise<number[]> {
  return withEngine(storage, echo, async (engine) => {
    await run(engine, "sequence", 1);
    const times: number[] = [];
    for (let i = 0; i < count; i++) times.push((await run(engine, "sequence", 1)) * 1000);
    return times.sort((a, b) => a - b);
  });
}

function measure(name: keyof typeof orchestrators, count: number, storage: StorageAccount): Promise<EngineRate> {
  return withEngine(storage, echo, async (engine) => {
    await run(engine, name, 1);
    const seconds = await run(engine, name, count);
    return { activities: count, seconds, perSecond: count / seconds };
  });
}

/** @param activity - Implementation of the activity `echo`. */
export async function withEngine<Result>(
  storage: StorageAccount,
  activity: ActivityHandler,
  use: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  const engine = await startEngine({
    storage,
    settings: { ...resolveDurableTaskSettings(undefined, {}), hubName: `Bench${newGuidN().slice(0, 16)}` },
    invoker: new SdkInvoker(
      { orchestrators, activities: { echo: activity }, entities: { tally } },
      { isRecording: false },
    ),
    clock: createSystemClock(),
    log: silentLogger,
  });
  try {
    return await use(engine);
  } finally {
    await engine.stop();
  }
}

/** @returns Seconds. */
export async function run({ client }: Engine, name: keyof Orchestrators, count: number): Promise<number> {
  const startedAt = performance.now();
  const { instanceId } = await client.start({ name, input: JSON.stringify(count) });
  for (;;) {
    const status = await client.getStatus(instanceId);
    const elapsedMs = performance.now() - startedAt;
    if (status?.runtimeStatus === "Completed") return elapsedMs / 1000;
    if (status?.runtimeStatus === "Failed") throw new Error(`The benchmark's orchestration failed: ${status.output}`);
    if (elapsedMs > DEADLINE_MS) throw new Error(`${count} activities took more than ${DEADLINE_MS / 1000} s.`);
    await delay(count === 1 ? POLL_MS.one : POLL_MS.many);
  }
}

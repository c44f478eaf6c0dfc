// Orchestrations with some of everything, whose result depends only on their number.

import df, { type EntityContext, type OrchestrationContext } from "durable-functions";
import { SdkInvoker } from "./sdk-orchestrator.ts";

type Input = { n: number; round: number; got: number[] };

/** Signalled once by every instance; raised under its lock once by every instance. */
export const ALL = new df.EntityId("tally", "all");
export const SHARED = new df.EntityId("tally", "shared");

function tally(context: EntityContext<number>): void {
  const { df: entity } = context;
  const sum = entity.getState(() => 0) ?? 0;
  const input = entity.getInput<number>() ?? 0;
  switch (entity.operationName) {
    case "add":
      entity.setState(sum + input);
      entity.return(sum + input);
      return;
    case "set":
      entity.setState(input);
      entity.return(input);
      return;
    case "get":
      entity.return(sum);
  }
}

const orchestrators = {
  *mixed(context: OrchestrationContext) {
    const { n, round, got } = context.df.getInput() as Input;
    if (round === 0) {
      const one: number = yield context.df.callActivity("double", n);
      const tasks = [1, 2, 3].map((it) => context.df.callActivity("double", n + it));
      const many: number[] = yield context.df.Task.all(tasks);
      const event: number = yield context.df.waitForExternalEvent("Go");
      context.df.continueAsNew({ n, round: 1, got: [one, ...many, event] });
      return;
    }
    context.df.signalEntity(ALL, "add", 1);
    const own: number = yield context.df.callEntity(new df.EntityId("tally", `own-${n}`), "add", n);
    // While the lock is held, no one else can write between reading and writing.
    const lock: df.DurableLock = yield context.df.lock([SHARED]);
    const before: number = (yield context.df.callEntity(SHARED, "get")) ?? 0;
    yield context.df.callActivity("double", before);
    yield context.df.callEntity(SHARED, "set", before + 1);
    lock.release();
    const child = context.df.callSubOrchestrator("child", n);
    const nap = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 500 + n * 10));
    const both: number[] = yield context.df.Task.all([child, nap]);
    const flaky: number = yield context.df.callActivityWithRetry("flaky", new df.RetryOptions(100, 20), n);
    return [...got, both[0], flaky, own];
  },
  *child(context: OrchestrationContext) {
    const doubled: number = yield context.df.callActivity("double", context.df.getInput());
    const again: number = yield context.df.callActivity("double", doubled);
    return again;
  },
};

/** The result of the instance with this number. */
export const chaosOutput = (n: number): number[] => [2 * n, 2 * n + 2, 2 * n + 4, 2 * n + 6, n + 1000, 4 * n, n, n];

export const chaosInput = (n: number): Input => ({ n, round: 0, got: [] });

/** @param random - Decides which attempts of a flaky activity fail. */
export function makeChaosApp(random: () => number): SdkInvoker {
  const activities = {
    double: (n: unknown) => Number(n) * 2,
    flaky: (n: unknown) => {
      if (random() < 0.3) throw new Error("not this time");
      return n;
    },
  };
  return new SdkInvoker({ orchestrators, activities, entities: { tally } }, { isRecording: false });
}

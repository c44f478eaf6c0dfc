// Orchestrations with some of everything, whose result follows from their number alone.

import df, { type OrchestrationContext } from "durable-functions";
import { SdkInvoker } from "./sdk-orchestrator.ts";

type Input = { n: number; round: number; got: number[] };

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
    const child = context.df.callSubOrchestrator("child", n);
    const nap = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 500 + n * 10));
    const both: number[] = yield context.df.Task.all([child, nap]);
    const flaky: number = yield context.df.callActivityWithRetry("flaky", new df.RetryOptions(100, 20), n);
    return [...got, both[0], flaky];
  },
  *child(context: OrchestrationContext) {
    const doubled: number = yield context.df.callActivity("double", context.df.getInput());
    const again: number = yield context.df.callActivity("double", doubled);
    return again;
  },
};

/** What the instance with this number comes to. */
export const chaosOutput = (n: number): number[] => [2 * n, 2 * n + 2, 2 * n + 4, 2 * n + 6, n + 1000, 4 * n, n];

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
  return new SdkInvoker({ orchestrators, activities }, { isRecording: false });
}

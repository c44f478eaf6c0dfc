// Retries, run by the real SDK: it counts attempts itself, so every timer and attempt must match its expectations.

import * as df from "durable-functions";
import { expect, test } from "vitest";
import type { HistoryEvent, TimerCreatedEvent } from "../../../../local/src/engine/history/events.ts";
import { EngineHub } from "../../../helpers/engine-hub.ts";
import { type SdkApp, SdkInvoker } from "../../../helpers/sdk-orchestrator.ts";

/** An activity that fails until its nth call. */
function failing(times: number, error: () => Error = () => new Error("boom")) {
  let calls = 0;
  return () => {
    calls++;
    if (calls <= times) throw error();
    return `call ${calls}`;
  };
}

const caught: SdkApp["orchestrators"] = {
  *Caught(context) {
    try {
      return yield context.df.callActivityWithRetry("Flaky", options(context.df.getInput()));
    } catch (error) {
      return `caught ${(error as Error).message.split("\n")[0]?.trim()}`;
    }
  },
};

function options(input: unknown): df.RetryOptions {
  const { first, attempts, ...rest } = input as { first: number; attempts: number };
  return Object.assign(new df.RetryOptions(first, attempts), rest);
}

async function run(app: SdkApp, name: string, input: unknown) {
  const invoker = new SdkInvoker(app);
  const hub = new EngineHub(invoker);
  hub.start(name, input);
  await hub.run();
  return { hub, invoker };
}

function waitsMs(history: readonly HistoryEvent[]): number[] {
  const timers = history.filter((it): it is TimerCreatedEvent => "FireAt" in it && !("TimerId" in it));
  return timers.map((it) => Math.round(Date.parse(it.FireAt) - Date.parse(it.Timestamp)));
}

test("a call that succeeds on the third attempt has waited with backoff", async () => {
  const { hub, invoker } = await run({ orchestrators: caught, activities: { Flaky: failing(2) } }, "Caught", {
    first: 1000,
    attempts: 5,
    backoffCoefficient: 2,
  });
  expect(hub.ending()).toEqual({ status: "Completed", result: "call 3" });
  expect(invoker.activityCalls).toHaveLength(3);
  expect(waitsMs(hub.history())).toEqual([1000, 2000]);
});

test("delays do not exceed the maximum interval", async () => {
  const { hub } = await run({ orchestrators: caught, activities: { Flaky: failing(3) } }, "Caught", {
    first: 1000,
    attempts: 5,
    backoffCoefficient: 10,
    maxRetryIntervalInMilliseconds: 5000,
  });
  expect(waitsMs(hub.history())).toEqual([1000, 5000, 5000]);
});

test("after the last attempt the error is raised, after a timer that is due immediately", async () => {
  const { hub, invoker } = await run({ orchestrators: caught, activities: { Flaky: failing(9) } }, "Caught", {
    first: 1000,
    attempts: 2,
  });
  expect(hub.ending()?.result).toBe("caught Activity function 'Flaky' failed:  boom");
  expect(invoker.activityCalls).toHaveLength(2);
  expect(waitsMs(hub.history())).toEqual([1000, 0]);
});

test("after the retry timeout the function is not called again, and the error is still raised", async () => {
  const { hub, invoker } = await run({ orchestrators: caught, activities: { Flaky: failing(99) } }, "Caught", {
    first: 10_000,
    attempts: 6,
    retryTimeoutInMilliseconds: 15_000,
  });
  expect(hub.ending()?.result).toBe("caught Activity function 'Flaky' failed:  boom");
  expect(invoker.activityCalls).toHaveLength(3);
});

test("an error marked as non-retriable is not retried, and is still raised", async () => {
  const final = () => {
    const details = { errorType: "RangeError", errorMessage: "never", isNonRetriable: true, stackTrace: "" };
    return new Error(JSON.stringify(details));
  };
  const { hub, invoker } = await run({ orchestrators: caught, activities: { Flaky: failing(99, final) } }, "Caught", {
    first: 1000,
    attempts: 4,
  });
  expect(hub.ending()?.result).toBe("caught RangeError: never");
  expect(invoker.activityCalls).toHaveLength(1);
});

test("calls after a retried one keep their numbers", async () => {
  const orchestrators: SdkApp["orchestrators"] = {
    *Mixed(context) {
      const retried = context.df.callActivityWithRetry("Flaky", new df.RetryOptions(5000, 3));
      const both: unknown[] = yield context.df.Task.all([retried, context.df.callActivity("Fine", "a")]);
      return [...both, yield context.df.callActivity("Fine", "b")];
    },
  };
  const { hub } = await run({ orchestrators, activities: { Flaky: failing(1), Fine: (x) => x } }, "Mixed", null);
  expect(hub.ending()).toEqual({ status: "Completed", result: ["call 2", "a", "b"] });
});

test("a sub-orchestration is retried as a new child", async () => {
  const fails = failing(1);
  const orchestrators: SdkApp["orchestrators"] = {
    *Parent(context) {
      return yield context.df.callSubOrchestratorWithRetry("Child", new df.RetryOptions(1000, 3), "in");
    },
    *Child(context) {
      return [context.df.getInput(), yield context.df.callActivity("Flaky")];
    },
  };
  const { hub } = await run({ orchestrators, activities: { Flaky: fails } }, "Parent", null);
  expect(hub.ending()).toEqual({ status: "Completed", result: ["in", "call 2"] });
  expect(hub.instances.size).toBe(3);
});

test.each([
  [{ first: 7 * 86_400_000, attempts: 2 }, "maximum of 6 days"],
  [{ first: 1000, attempts: 2, maxRetryIntervalInMilliseconds: 7 * 86_400_000 }, "maximum of 6 days"],
])("retry options that storage cannot represent fail the orchestration: %j", async (input, text) => {
  const { hub } = await run({ orchestrators: caught, activities: { Flaky: failing(1) } }, "Caught", input);
  expect(hub.ending()?.status).toBe("Failed");
  expect(hub.ending()?.result).toContain(text);
});

// In these cases the .NET extension's own numbering fails, but apps work here.

test("a timer cancelled after a retry used up numbers does not affect the next call", async () => {
  const orchestrators: SdkApp["orchestrators"] = {
    *Race(context) {
      const work = context.df.callActivityWithRetry("Flaky", new df.RetryOptions(1000, 3));
      const timer = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 3_600_000));
      yield context.df.Task.any([work, timer]);
      timer.cancel();
      return [work.result, yield context.df.callActivity("Fine", "c")];
    },
  };
  const { hub } = await run({ orchestrators, activities: { Flaky: failing(1), Fine: (x) => x } }, "Race", null);
  expect(hub.ending()).toEqual({ status: "Completed", result: ["call 2", "c"] });
});

test("the next call starts at the first failure of a fan-out, without waiting for the siblings", async () => {
  const orchestrators: SdkApp["orchestrators"] = {
    *Early(context) {
      const slow = context.df.callActivityWithRetry("Flaky", new df.RetryOptions(1000, 3));
      try {
        yield context.df.Task.all([context.df.callActivity("Broken"), slow]);
      } catch {
        return yield context.df.callActivity("Fine", "c");
      }
    },
  };
  const activities = { Flaky: failing(1), Fine: (x: unknown) => x, Broken: failing(9) };
  const { hub } = await run({ orchestrators, activities }, "Early", null);
  expect(hub.ending()).toEqual({ status: "Completed", result: "c" });
});

const single = (context: df.OrchestrationContext) => context.df.callActivity("Fine", "c");
const compound = (context: df.OrchestrationContext) => context.df.Task.all([single(context), single(context)]);

test.each([
  ["call", single, "c"],
  ["fan-out", compound, ["c", "c"]],
])("awaiting a retried call again does not start the next %s early", async (_, next, last) => {
  const orchestrators: SdkApp["orchestrators"] = {
    *Again(context) {
      const work = context.df.callActivityWithRetry("Flaky", new df.RetryOptions(10_000, 3));
      const timer = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 5000));
      yield context.df.Task.any([timer, work]);
      const result: unknown = yield work;
      return [result, yield next(context)];
    },
  };
  const { hub } = await run({ orchestrators, activities: { Flaky: failing(1), Fine: (x) => x } }, "Again", null);
  expect(hub.ending()).toEqual({ status: "Completed", result: ["call 2", last] });
});

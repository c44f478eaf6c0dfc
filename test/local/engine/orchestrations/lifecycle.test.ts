// Suspending, terminating, failing and continuing, run by the real SDK.

import * as df from "durable-functions";
import { expect, test } from "vitest";
import type { DurableTaskSettings } from "../../../../local/src/engine/settings.ts";
import { EngineHub } from "../../../helpers/engine-hub.ts";
import { type SdkApp, SdkInvoker } from "../../../helpers/sdk-orchestrator.ts";

const activities = {
  Fine: (x: unknown) => x,
  Broken: () => {
    throw new RangeError("boom");
  },
};

function hubOf(
  orchestrators: SdkApp["orchestrators"],
  { isBatching = false, settings = {} }: { isBatching?: boolean; settings?: Partial<DurableTaskSettings> } = {},
): EngineHub {
  return new EngineHub(new SdkInvoker({ orchestrators, activities }), { isBatching, settings });
}

const waiter: SdkApp["orchestrators"] = {
  *Wait(context) {
    const value: unknown = yield context.df.waitForExternalEvent("Go");
    return yield context.df.callActivity("Fine", value);
  },
};

test.each([false, true])("a suspended instance does nothing until it is resumed (batching: %s)", async (isBatching) => {
  const hub = hubOf(waiter, { isBatching });
  hub.start("Wait");
  await hub.run();
  hub.suspend("abc");
  hub.raise("abc", "Go", 5);
  await hub.run();
  expect(hub.ending()).toBeUndefined();
  expect(hub.eventNames()).not.toContain("TaskScheduled");
  hub.resume("abc");
  await hub.run();
  expect(hub.ending()).toEqual({ status: "Completed", result: 5 });
});

test("decisions of the episode that suspends an instance are held back too", async () => {
  const hub = hubOf(waiter, { isBatching: true });
  hub.start("Wait");
  hub.raise("abc", "Go", 5);
  hub.suspend("abc");
  await hub.run();
  expect(hub.eventNames()).not.toContain("TaskScheduled");
  hub.resume("abc");
  await hub.run();
  expect(hub.ending()).toEqual({ status: "Completed", result: 5 });
});

test("a retry whose attempt failed while suspended continues with the task numbers of the SDK", async () => {
  let calls = 0;
  const orchestrators: SdkApp["orchestrators"] = {
    *Retry(context) {
      const retried: unknown = yield context.df.callActivityWithRetry("Flaky", new df.RetryOptions(1000, 3));
      return [retried, yield context.df.callActivity("Fine", "next")];
    },
  };
  const Flaky = () => {
    calls++;
    if (calls === 1) throw new Error("boom");
    return calls;
  };
  const hub = new EngineHub(new SdkInvoker({ orchestrators, activities: { ...activities, Flaky } }));
  hub.start("Retry");
  hub.suspend("abc");
  await hub.run();
  hub.suspend("abc");
  hub.resume("abc");
  await hub.run();
  expect(hub.ending()).toEqual({ status: "Completed", result: [2, "next"] });
});

test.each([["enough"], [null]])("a terminated instance ends with the reason %j", async (reason) => {
  const hub = hubOf(waiter);
  hub.start("Wait");
  hub.suspend("abc");
  hub.terminate("abc", reason);
  await hub.run();
  expect(hub.ending()).toEqual({ status: "Terminated", result: reason });
  expect(hub.eventNames().slice(-4)).toEqual([
    "OrchestratorStarted",
    "ExecutionTerminated",
    "ExecutionCompleted",
    "OrchestratorCompleted",
  ]);
});

test("termination starts nothing new", async () => {
  const hub = hubOf(waiter, { isBatching: true });
  hub.start("Wait");
  await hub.run();
  hub.raise("abc", "Go", 5);
  hub.terminate("abc", "enough");
  await hub.run();
  expect(hub.ending()).toEqual({ status: "Terminated", result: "enough" });
  expect(hub.eventNames()).not.toContain("TaskScheduled");
});

test("an instance is terminated without calling a worker", async () => {
  const invoker = new SdkInvoker({ orchestrators: waiter, activities });
  const hub = new EngineHub(invoker);
  hub.start("Wait");
  await hub.run();
  invoker.invokeOrchestrator = async () => ({ kind: "unavailable", reason: "The worker hangs." });
  hub.raise("abc", "Go", 1);
  await hub.run({ withTimers: false });
  expect(hub.reasons("An episode is postponed.")).toContain("The worker hangs.");
  hub.terminate("abc", "enough");
  await hub.run();
  expect(hub.ending()).toEqual({ status: "Terminated", result: "enough" });
});

test("a parent can catch the termination of its child", async () => {
  const orchestrators: SdkApp["orchestrators"] = {
    ...waiter,
    *Parent(context) {
      try {
        return yield context.df.callSubOrchestrator("Wait", null, "child");
      } catch (error) {
        return (error as Error).message;
      }
    },
  };
  const hub = hubOf(orchestrators);
  hub.start("Parent");
  await hub.run();
  hub.terminate("child", "why");
  await hub.run();
  expect(hub.ending()).toEqual({ status: "Completed", result: "why \n " });
});

test("an error in user code fails the instance with its message", async () => {
  const orchestrators: SdkApp["orchestrators"] = {
    // biome-ignore lint/correctness/useYield: it fails before it could.
    *Throws() {
      throw new Error("boom");
    },
  };
  const hub = hubOf(orchestrators);
  hub.start("Throws");
  await hub.run();
  expect(hub.ending()).toEqual({ status: "Failed", result: "Orchestrator function 'Throws' failed: boom" });
});

test("a thrown string fails the instance instead of leaving it running", async () => {
  const orchestrators: SdkApp["orchestrators"] = {
    // biome-ignore lint/correctness/useYield: it fails before it could.
    *Throws() {
      throw "oops";
    },
  };
  const hub = hubOf(orchestrators);
  hub.start("Throws");
  await hub.run();
  expect(hub.ending()?.status).toBe("Failed");
});

test("an activity's error propagates through a child to its parent", async () => {
  const orchestrators: SdkApp["orchestrators"] = {
    *Parent(context) {
      try {
        yield context.df.callSubOrchestrator("Child");
      } catch (error) {
        return (error as Error).message.split("\n").map((it) => it.trim());
      }
    },
    *Child(context) {
      yield context.df.callActivity("Broken");
    },
  };
  const hub = hubOf(orchestrators);
  hub.start("Parent");
  await hub.run();
  const [reason, details] = (hub.ending()?.result ?? []) as string[];
  expect(reason).toBe("Orchestrator function 'Child' failed: Activity function 'Broken' failed:  boom");
  expect(details).toMatch(/^\{"\$type":"System\.Exception/);
});

test("a failed fan-out waits for its siblings before it fails the instance", async () => {
  const orchestrators: SdkApp["orchestrators"] = {
    *FanOut(context) {
      yield context.df.Task.all([
        context.df.callActivity("Broken"),
        context.df.waitForExternalEvent("Never"),
        context.df.callSubOrchestrator("Wait", null, "child"),
      ]);
    },
    ...waiter,
  };
  const hub = hubOf(orchestrators);
  hub.start("FanOut");
  await hub.run();
  expect(hub.ending()).toBeUndefined();
  hub.raise("child", "Go", 1);
  await hub.run();
  expect(hub.ending()?.status).toBe("Failed");
});

test.each([
  ["text", '"text"'],
  [5, 5],
  [undefined, null],
  [{ a: 1 }, { a: 1 }],
])("continuing as new with %j passes the same input as Azure does", async (next, seen) => {
  const orchestrators: SdkApp["orchestrators"] = {
    // biome-ignore lint/correctness/useYield: only its input matters.
    *Again(context) {
      const input = context.df.getInput();
      if (input !== "first") return input;
      context.df.continueAsNew(next);
      return undefined;
    },
  };
  const hub = hubOf(orchestrators);
  hub.start("Again", "first");
  await hub.run();
  expect(hub.ending()).toEqual({ status: "Completed", result: seen });
  expect(hub.eventNames()).toEqual([
    "OrchestratorStarted",
    "ExecutionStarted",
    "OrchestratorCompleted",
    "ExecutionCompleted",
    "OrchestratorCompleted",
  ]);
});

test("events that arrive after continuing as new belong to the next generation, pending ones do not", async () => {
  const orchestrators: SdkApp["orchestrators"] = {
    *Counter(context) {
      const { sum, rounds } = context.df.getInput() as { sum: number; rounds: number };
      if (rounds === 0) return sum;
      const n: number = yield context.df.waitForExternalEvent("Add");
      context.df.continueAsNew({ sum: sum + n, rounds: rounds - 1 });
      return undefined;
    },
  };
  const hub = hubOf(orchestrators, { isBatching: true });
  hub.start("Counter", { sum: 0, rounds: 3 });
  await hub.run();
  for (const n of [1, 10, 100]) hub.raise("abc", "Add", n);
  await hub.run();
  expect(hub.ending()).toEqual({ status: "Completed", result: 111 });
  // Its last generation received all remaining events.
  expect(hub.eventNames().filter((it) => it === "OrchestratorStarted")).toHaveLength(1);
});

test("a new generation replaces the events of the old one", async () => {
  const orchestrators: SdkApp["orchestrators"] = {
    *Twice(context) {
      if (context.df.getInput() === 2) return yield context.df.callActivity("Fine", "end");
      yield context.df.callActivity("Fine", "first");
      context.df.continueAsNew(2);
    },
  };
  const hub = hubOf(orchestrators);
  hub.start("Twice", 1);
  await hub.run();
  expect(hub.ending()).toEqual({ status: "Completed", result: "end" });
  expect(hub.eventNames()).toEqual([
    ...["OrchestratorStarted", "ExecutionStarted", "OrchestratorCompleted"],
    ...["TaskScheduled", "OrchestratorCompleted"],
    ...["OrchestratorStarted", "TaskCompleted", "ExecutionCompleted", "OrchestratorCompleted"],
  ]);
});

test("a generation that waits is stored with a single frame", async () => {
  const hub = hubOf({
    *Again(context) {
      if (context.df.getInput() === 1) return context.df.continueAsNew(2);
      yield context.df.waitForExternalEvent("Go");
    },
  });
  hub.start("Again", 1);
  await hub.run();
  expect(hub.eventNames()).toEqual(["OrchestratorStarted", "ExecutionStarted", "OrchestratorCompleted"]);
});

test("a parent is only notified of the last generation of its child", async () => {
  const hub = hubOf({
    *Parent(context) {
      return yield context.df.callSubOrchestrator("Child", 1, "child");
    },
    *Child(context) {
      const value: number = yield context.df.callActivity("Fine", context.df.getInput());
      if (value < 3) context.df.continueAsNew(value + 1);
      return `generation ${value}`;
    },
  });
  hub.start("Parent");
  await hub.run();
  expect(hub.ending()).toEqual({ status: "Completed", result: "generation 3" });
  expect(hub.waiting()).toEqual([]);
});

test("code that changed under a running instance fails that instance", async () => {
  const orchestrators = {
    *Changing(context: df.OrchestrationContext) {
      return yield context.df.callActivity("Fine", yield context.df.waitForExternalEvent("Go"));
    },
  } as SdkApp["orchestrators"];
  const hub = hubOf(orchestrators);
  hub.start("Changing");
  hub.raise("abc", "Go", 1);
  await hub.run({ withTimers: false });
  // The same history, now with code that creates a timer instead.
  const changed = hubOf({
    *Changing(context) {
      yield context.df.waitForExternalEvent("Go");
      yield context.df.createTimer(new Date(0));
      yield context.df.waitForExternalEvent("More");
    },
  });
  const scheduled = hub.history().findIndex((it) => it.EventType === 4);
  changed.restore("abc", hub.history().slice(0, scheduled + 2));
  changed.raise("abc", "More", 1);
  await changed.run();
  expect(changed.ending()?.status).toBe("Failed");
  expect(changed.ending()?.result).toMatch(/^Non-Deterministic workflow detected: .*'Fine' as action number 0/);
});

test("an orchestrator that is not registered fails, and the error lists the registered ones", async () => {
  const hub = hubOf(waiter);
  hub.start("Typo");
  await hub.run();
  expect(hub.ending()).toEqual({
    status: "Failed",
    result:
      "The function 'Typo' doesn't exist, is disabled, or is not an orchestrator function. " +
      "Additional info: The following are the known orchestrator functions: 'Wait'.",
  });
});

test("an activity cannot be started as an orchestrator", async () => {
  const hub = hubOf(waiter);
  hub.start("Fine");
  await hub.run();
  expect(hub.ending()).toMatchObject({ status: "Failed", result: expect.stringContaining("is not an orchestrator") });
});

test("function names are case-insensitive", async () => {
  const hub = hubOf(waiter);
  hub.start("WAIT");
  hub.raise("abc", "Go", 1);
  await hub.run();
  expect(hub.ending()?.status).toBe("Completed");
});

test("a custom status above 16 KB fails the instance, in whole KB of UTF-16", async () => {
  const orchestrators: SdkApp["orchestrators"] = {
    *Talks(context) {
      // Its JSON has two quotes more.
      context.df.setCustomStatus("x".repeat(Number(context.df.getInput()) - 2));
      yield context.df.waitForExternalEvent("Never");
    },
  };
  const hub = hubOf(orchestrators);
  const sixteenKb = 17 * 512 - 1;
  hub.start("Talks", sixteenKb, "fits");
  hub.start("Talks", sixteenKb + 1);
  await hub.run();
  expect(hub.ending("fits")).toBeUndefined();
  expect(hub.customStatus("fits")).toHaveLength(sixteenKb - 2);
  expect(hub.ending()?.result).toContain("must not exceed 16 KB. The current payload size is 17 KB.");
});

test("exceeding the limit of actions fails the instance", async () => {
  const orchestrators: SdkApp["orchestrators"] = {
    *Many(context) {
      for (let i = 0; i < 5; i++) yield context.df.callActivity("Fine", i);
    },
  };
  const hub = hubOf(orchestrators, { settings: { maxOrchestrationActions: 3 } });
  hub.start("Many");
  await hub.run();
  expect(hub.ending()?.result).toContain("3 actions, which is the limit");
});

test.each(["ABC", "@child"])("a child cannot have the ID %s", async (instanceId) => {
  const orchestrators: SdkApp["orchestrators"] = {
    *Parent(context) {
      yield context.df.callSubOrchestrator("Parent", null, instanceId);
    },
  };
  const hub = hubOf(orchestrators);
  hub.start("Parent");
  await hub.run();
  expect(hub.ending()?.result).toContain("instance id");
});

const versioned: SdkApp["orchestrators"] = {
  // biome-ignore lint/correctness/useYield: it only returns its version.
  *Version(context) {
    return context.df.version;
  },
  *Parent(context) {
    const version = context.df.getInput() as string | undefined;
    return yield context.df.callSubOrchestrator("Version", null, "child", version);
  },
};

const REFUSED = {
  instanceId: "abc",
  functionName: "Version",
  version: "3.0",
  defaultVersion: "2.0",
  versionMatchStrategy: "CurrentOrOlder",
};

test("an instance newer than this host waits with a single warning, or fails if host.json says so", async () => {
  for (const versionFailureStrategy of ["Reject", "Fail"] as const) {
    const hub = hubOf(versioned, { settings: { defaultVersion: "2.0", versionFailureStrategy } });
    hub.start("Version", null, "abc", { version: "3.0" });
    await hub.run({ withTimers: false });
    const end = hub.history().at(-2);
    const warnings = hub.logged.filter((it) => it.level === "warn" && it.message.includes("another version"));
    expect(warnings.map((it) => it.fields)).toMatchObject(versionFailureStrategy === "Reject" ? [REFUSED] : []);
    if (versionFailureStrategy === "Reject") expect([end, hub.waiting()]).toEqual([undefined, ["ExecutionStarted"]]);
    else expect(end).toMatchObject({ Result: null, FailureDetails: { ErrorType: "VersionMismatch" } });
  }
});

test.each([
  [null, "2.0"],
  ["", ""],
  ["1.5", "1.5"],
])("a child called with version %j runs as %j", async (version, seen) => {
  const hub = hubOf(versioned, { settings: { defaultVersion: "2.0" } });
  hub.start("Parent", version, "abc", { version: "1.0" });
  await hub.run();
  expect(hub.ending()).toEqual({ status: "Completed", result: seen });
});

test("messages for an ended instance are discarded", async () => {
  const hub = hubOf(waiter);
  hub.start("Wait");
  hub.terminate("abc", null);
  hub.raise("abc", "Go", 1);
  hub.raise("nobody", "Go", 1);
  await hub.run();
  expect(hub.reasons("Messages are discarded.")).toEqual([
    "The instance has already ended.",
    "There is no such instance.",
  ]);
  expect(hub.waiting()).toEqual([]);
});

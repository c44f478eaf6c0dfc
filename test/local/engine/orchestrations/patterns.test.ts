// The patterns documented by the SDK, run by the real SDK through runEpisode with in-memory messages.

import type * as df from "durable-functions";
import { expect, test } from "vitest";
import { EngineHub } from "../../../helpers/engine-hub.ts";
import { type SdkApp, SdkInvoker } from "../../../helpers/sdk-orchestrator.ts";

const activities = {
  SayHello: (name: unknown) => `Hello ${name}`,
  Double: (n: unknown) => Number(n) * 2,
  Echo: (value: unknown) => value ?? "nothing",
};

async function runToRest(app: SdkApp, name: string, input: unknown = null) {
  const invoker = new SdkInvoker({ activities, ...app });
  const hub = new EngineHub(invoker);
  hub.start(name, input);
  await hub.run();
  return { hub, invoker };
}

test("activities run one after the other", async () => {
  const { hub } = await runToRest(
    {
      orchestrators: {
        *Chain(context) {
          const { greet } = context.df.getInput() as { greet: string };
          const first: string = yield context.df.callActivity("SayHello", "Tokyo");
          return [greet, first, yield context.df.callActivity("SayHello", { city: "Seattle" }.city)];
        },
      },
    },
    "Chain",
    { greet: "Hi" },
  );
  expect(hub.ending()).toEqual({ status: "Completed", result: ["Hi", "Hello Tokyo", "Hello Seattle"] });
  expect(hub.eventNames()).toEqual([
    ...["OrchestratorStarted", "ExecutionStarted", "TaskScheduled", "OrchestratorCompleted"],
    ...["OrchestratorStarted", "TaskCompleted", "TaskScheduled", "OrchestratorCompleted"],
    ...["OrchestratorStarted", "TaskCompleted", "ExecutionCompleted", "OrchestratorCompleted"],
  ]);
  expect(hub.history().map((it) => it.EventId)).toEqual([-1, -1, 0, -1, -1, -1, 1, -1, -1, -1, 2, -1]);
});

test.each([
  ["text", "Tokyo"],
  ["a string that looks like JSON", "42"],
  ["a number", 1.5],
  ["a boolean", false],
  ["an object", { a: [1, null] }],
  ["an empty string", ""],
])("an activity receives and returns %s unchanged", async (_, value) => {
  const orchestrators: SdkApp["orchestrators"] = {
    *Pass(context) {
      return yield context.df.callActivity("Echo", value);
    },
  };
  const { hub } = await runToRest({ orchestrators }, "Pass");
  expect(hub.ending()).toEqual({ status: "Completed", result: value });
});

test("an activity called without an input receives undefined", async () => {
  const orchestrators: SdkApp["orchestrators"] = {
    *Pass(context) {
      return yield context.df.callActivity("Echo");
    },
  };
  const { hub } = await runToRest({ orchestrators }, "Pass");
  expect(hub.ending()?.result).toBe("nothing");
});

const fanOut: SdkApp["orchestrators"] = {
  *FanOut(context) {
    const numbers = context.df.getInput() as number[];
    const doubled: number[] = yield context.df.Task.all(numbers.map((n) => context.df.callActivity("Double", n)));
    return doubled.reduce((sum, n) => sum + n, 0);
  },
};

test("a fan-out sums up its results, and results that arrive together take one episode", async () => {
  const { hub, invoker } = await runToRest({ orchestrators: fanOut }, "FanOut", [1, 2, 3, 4]);
  expect(hub.ending()).toEqual({ status: "Completed", result: 20 });
  expect(hub.eventNames().filter((it) => it === "TaskCompleted")).toHaveLength(4);
  expect(invoker.orchestratorCalls).toHaveLength(3);
});

test("a monitor continues as new after each wait", async () => {
  const polls: number[] = [];
  const orchestrators: SdkApp["orchestrators"] = {
    *Monitor(context) {
      const round = context.df.getInput() as number;
      polls.push(context.df.currentUtcDateTime.getTime());
      if (round === 3) return "cleared";
      yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 60_000));
      context.df.continueAsNew(round + 1);
      return undefined;
    },
  };
  const { hub } = await runToRest({ orchestrators }, "Monitor", 1);
  expect(hub.ending()).toEqual({ status: "Completed", result: "cleared" });
  expect(hub.clock.now().toISOString()).toBe("2026-06-24T14:02:00.000Z");
  // Only the last generation is kept.
  expect(hub.eventNames().filter((it) => it === "ExecutionStarted")).toHaveLength(1);
});

// As in the SDK's sample for phone verification: one timer, awaited again in every round.
const approval: SdkApp["orchestrators"] = {
  *Verify(context) {
    const timeout = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 90_000));
    for (let attempt = 1; attempt <= 3; attempt++) {
      const response = context.df.waitForExternalEvent("Code");
      const winner: df.Task = yield context.df.Task.any([response, timeout]);
      if (winner === timeout) return "too late";
      if (response.result === 1234) {
        timeout.cancel();
        return `right after ${attempt}`;
      }
    }
    timeout.cancel();
    return "wrong";
  },
};

test("human input is accepted until it is right", async () => {
  const hub = new EngineHub(new SdkInvoker({ orchestrators: approval }));
  hub.start("Verify");
  await hub.run({ withTimers: false });
  for (const code of [1, 2, 1234]) {
    hub.raise("abc", "Code", code);
    await hub.run({ withTimers: false });
  }
  expect(hub.ending()).toEqual({ status: "Completed", result: "right after 3" });
});

test("human input that never comes leads to the timeout", async () => {
  const hub = new EngineHub(new SdkInvoker({ orchestrators: approval }));
  hub.start("Verify");
  await hub.run();
  expect(hub.ending()).toEqual({ status: "Completed", result: "too late" });
});

test("an event that arrives before it is awaited is kept", async () => {
  const orchestrators: SdkApp["orchestrators"] = {
    *Late(context) {
      yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 1000));
      const first: string = yield context.df.waitForExternalEvent("Go");
      return [first, yield context.df.waitForExternalEvent("Go")];
    },
  };
  const hub = new EngineHub(new SdkInvoker({ orchestrators }));
  hub.start("Late");
  hub.raise("abc", "Go", "one");
  hub.raise("abc", "Go", "two");
  await hub.run();
  expect(hub.ending()).toEqual({ status: "Completed", result: ["one", "two"] });
});

test("a sub-orchestration receives its input and returns its result", async () => {
  const { hub } = await runToRest(
    {
      orchestrators: {
        *Parent(context) {
          return yield context.df.callSubOrchestrator("Child", { n: 20 });
        },
        *Child(context) {
          const { n } = context.df.getInput() as { n: number };
          return [context.df.parentInstanceId, yield context.df.callActivity("Double", n + 1)];
        },
      },
    },
    "Parent",
  );
  expect(hub.ending()).toEqual({ status: "Completed", result: ["abc", 42] });
  const executionId = hub.instances.get("abc")?.status.executionId;
  expect([...hub.instances.keys()].toSorted()).toEqual([`${executionId}:0`, "abc"].toSorted());
});

test("the custom status is that of the latest episode", async () => {
  const orchestrators: SdkApp["orchestrators"] = {
    *Steps(context) {
      context.df.setCustomStatus({ step: 1 });
      yield context.df.waitForExternalEvent("Next");
      context.df.setCustomStatus({ step: 2 });
      return "done";
    },
  };
  const { hub } = await runToRest({ orchestrators }, "Steps");
  expect(hub.customStatus()).toEqual({ step: 1 });
  hub.raise("abc", "Next", null);
  await hub.run();
  expect(hub.customStatus()).toEqual({ step: 2 });
});

// A task that is awaited again in a later compound task is listed again, but it is not a second task.

import type * as df from "durable-functions";
import { expect, test } from "vitest";
import { EngineHub } from "../../../helpers/engine-hub.ts";
import { type SdkApp, SdkInvoker } from "../../../helpers/sdk-orchestrator.ts";

const activities = {
  Fine: (x: unknown) => x,
  Broken: () => {
    throw new Error("boom");
  },
};

async function run(orchestrators: SdkApp["orchestrators"], name: string) {
  const invoker = new SdkInvoker({ orchestrators, activities });
  const hub = new EngineHub(invoker);
  hub.start(name);
  await hub.run();
  return { hub, invoker };
}

test("results are processed as they arrive, each call runs once, and the next call keeps its number", async () => {
  const { hub, invoker } = await run(
    {
      *AsTheyCome(context) {
        const open = [1, 2, 3].map((n) => context.df.callActivity("Fine", n));
        const results: unknown[] = [];
        while (open.length > 0) {
          const winner: df.Task = yield context.df.Task.any(open);
          results.push(winner.result);
          open.splice(open.indexOf(winner), 1);
        }
        return [...results, yield context.df.callActivity("Fine", "last")];
      },
    },
    "AsTheyCome",
  );
  expect(hub.ending()).toEqual({ status: "Completed", result: [1, 2, 3, "last"] });
  expect(invoker.activityCalls.map((it) => it.input)).toEqual(["1", "2", "3", '"last"']);
});

test("an orchestrator that fails in such a loop starts no call twice", async () => {
  const { hub, invoker } = await run(
    {
      *Fails(context) {
        const open: df.Task[] = [context.df.callActivity("Broken"), context.df.callActivity("Fine", 2)];
        const slow = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 60_000));
        const first: df.Task = yield context.df.Task.any([...open, slow]);
        yield context.df.Task.any([...open.filter((it) => it !== first), slow]);
        slow.cancel();
        throw new Error("enough");
      },
    },
    "Fails",
  );
  expect(hub.ending()).toEqual({ status: "Failed", result: "Orchestrator function 'Fails' failed: enough" });
  expect(invoker.activityCalls).toHaveLength(2);
});

test("one call that races against a series of timers remains one call", async () => {
  const { hub, invoker } = await run(
    {
      *Heartbeat(context) {
        const work = context.df.callSubOrchestrator("Slow");
        for (let beats = 0; ; beats++) {
          const beat = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 1000));
          const winner: df.Task = yield context.df.Task.any([work, beat]);
          if (winner === work) {
            beat.cancel();
            return [beats, work.result, yield context.df.callActivity("Fine", "end")];
          }
        }
      },
      *Slow(context) {
        yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 2500));
        return "slow";
      },
    },
    "Heartbeat",
  );
  expect(hub.ending()).toEqual({ status: "Completed", result: [2, "slow", "end"] });
  expect(invoker.activityCalls).toHaveLength(1);
});

test("two identical calls remain two calls", async () => {
  const { hub, invoker } = await run(
    {
      *Same(context) {
        const never = context.df.waitForExternalEvent("Never");
        yield context.df.Task.any([context.df.callActivity("Fine", 1), never]);
        yield context.df.Task.any([context.df.callActivity("Fine", 1), never]);
        return "both";
      },
    },
    "Same",
  );
  expect(hub.ending()).toEqual({ status: "Completed", result: "both" });
  expect(invoker.activityCalls).toHaveLength(2);
});

import type * as df from "durable-functions";
import { expect, test } from "vitest";
import type { TimerCreatedEvent } from "../../../../local/src/engine/history/events.ts";
import { EngineHub } from "../../../helpers/engine-hub.ts";
import { type SdkApp, SdkInvoker } from "../../../helpers/sdk-orchestrator.ts";

const DAY_MS = 86_400_000;
const activities = { Fine: (x: unknown) => x };
const after = (context: df.OrchestrationContext, ms: number) =>
  context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + ms));

function hubOf(orchestrators: SdkApp["orchestrators"], name: string, input: unknown = null): EngineHub {
  const hub = new EngineHub(new SdkInvoker({ orchestrators, activities }));
  hub.start(name, input);
  return hub;
}

const race: SdkApp["orchestrators"] = {
  *Race(context) {
    const work = context.df.waitForExternalEvent("Done");
    const timeout = after(context, 60_000);
    const winner: df.Task = yield context.df.Task.any([work, timeout]);
    if (winner === work) {
      timeout.cancel();
      return `in time: ${work.result}`;
    }
    return "too late";
  },
};

test("when an event beats a timer, the cancelled timer does not delay the end", async () => {
  const hub = hubOf(race, "Race");
  hub.raise("abc", "Done", 7);
  await hub.run({ withTimers: false });
  expect(hub.ending()).toEqual({ status: "Completed", result: "in time: 7" });
  expect(hub.waiting()).toEqual(["TimerFired"]);
});

test("when a timer beats an event, the orchestration takes the timeout path", async () => {
  const hub = hubOf(race, "Race");
  await hub.run();
  expect(hub.ending()).toEqual({ status: "Completed", result: "too late" });
});

test("a timer that is neither cancelled nor awaited keeps the instance running", async () => {
  const orchestrators: SdkApp["orchestrators"] = {
    *Forgetful(context) {
      yield context.df.Task.any([context.df.callActivity("Fine", 1), after(context, 60_000)]);
      return "done";
    },
  };
  const hub = hubOf(orchestrators, "Forgetful");
  await hub.run({ withTimers: false });
  expect(hub.ending()).toBeUndefined();
  await hub.run();
  expect(hub.ending()).toEqual({ status: "Completed", result: "done" });
});

test("a timer in the past fires immediately", async () => {
  const orchestrators: SdkApp["orchestrators"] = {
    *Past(context) {
      yield after(context, -60_000);
      return "done";
    },
  };
  const hub = hubOf(orchestrators, "Past");
  await hub.run({ withTimers: false });
  expect(hub.ending()).toEqual({ status: "Completed", result: "done" });
});

const sleep: SdkApp["orchestrators"] = {
  *Sleep(context) {
    yield after(context, Number(context.df.getInput()) * DAY_MS);
    return yield context.df.callActivity("Fine", "awake");
  },
};

test.each([
  [5, [5]],
  [6, [6]],
  [7, [3, 4]],
  [20, [3, 3, 3, 3, 3, 5]],
])("a timer of %i days is a chain of timers short enough for storage", async (days, segments) => {
  const hub = hubOf(sleep, "Sleep", days);
  const startedAtMs = hub.clock.now().getTime();
  await hub.run();
  expect(hub.ending()).toEqual({ status: "Completed", result: "awake" });
  expect(hub.clock.now().getTime() - startedAtMs).toBe(days * DAY_MS);
  const timers = hub.history().filter((it): it is TimerCreatedEvent => "FireAt" in it && !("TimerId" in it));
  const lengths = timers.map((it) => Math.round((Date.parse(it.FireAt) - Date.parse(it.Timestamp)) / DAY_MS));
  expect(lengths).toEqual(segments);
});

test("the time in the code is that of the episode, and is the same in replays", async () => {
  const seen: string[] = [];
  const orchestrators: SdkApp["orchestrators"] = {
    *Clock(context) {
      seen.push(`a ${context.df.currentUtcDateTime.toISOString()}`);
      yield after(context, 1000);
      seen.push(`b ${context.df.currentUtcDateTime.toISOString()}`);
      yield after(context, 1000);
      return context.df.isReplaying;
    },
  };
  const hub = hubOf(orchestrators, "Clock");
  await hub.run();
  const [a, b] = ["a 2026-06-24T14:00:00.000Z", "b 2026-06-24T14:00:01.000Z"];
  expect(seen).toEqual([a, a, b, a, b]);
  expect(hub.ending()?.result).toBe(false);
});

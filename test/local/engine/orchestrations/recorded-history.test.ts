// A history as written by Azure, replayed with the code that produced it; then altered, to prove that the check works.

import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import type { HistoryEvent } from "../../../../local/src/engine/history/events.ts";
import { EngineHub } from "../../../helpers/engine-hub.ts";
import { type SdkApp, SdkInvoker } from "../../../helpers/sdk-orchestrator.ts";

const INSTANCE = "7d1f0a3c5b2e4d6f8a9b0c1d2e3f4a5b";

const orchestrators: SdkApp["orchestrators"] = {
  *HelloSequence(context) {
    const first: string = yield context.df.callActivity("SayHello", "Tokyo");
    yield context.df.createTimer(new Date("2024-10-23T16:00:02Z"));
    const second: unknown = yield context.df.callSubOrchestrator("Child", 1);
    return [first, second, yield context.df.waitForExternalEvent("End")];
  },
};

const childDone = {
  EventType: 8,
  EventId: -1,
  IsPlayed: false,
  Timestamp: "2024-10-23T16:00:03Z",
  TaskScheduledId: 2,
  Result: "42",
} as const;

async function replay(alter: (history: HistoryEvent[]) => void = () => {}): Promise<EngineHub> {
  const history: HistoryEvent[] = JSON.parse(await readFile("test/fixtures/histories/hello-sequence.json", "utf8"));
  alter(history);
  const hub = new EngineHub(new SdkInvoker({ orchestrators }));
  hub.restore(INSTANCE, [...history, childDone]);
  hub.raise(INSTANCE, "End", "bye");
  await hub.run();
  return hub;
}

test("a recorded history continues where it stopped", async () => {
  const hub = await replay();
  expect(hub.ending(INSTANCE)).toEqual({ status: "Completed", result: ["Hi Tokyo", 42, "bye"] });
  expect(hub.history(INSTANCE).at(-2)?.EventId).toBe(3);
  expect(hub.waiting()).toEqual([]);
});

test("a name with different case is the same name", async () => {
  const hub = await replay((history) => Object.assign(history[2] ?? {}, { Name: "SAYHELLO" }));
  expect(hub.ending(INSTANCE)?.status).toBe("Completed");
});

test("a duplicate result is ignored", async () => {
  const hub = await replay((history) => history.push(structuredClone(history[5] as HistoryEvent)));
  expect(hub.ending(INSTANCE)?.result).toEqual(["Hi Tokyo", 42, "bye"]);
});

test.each([
  ["another activity", 2, { Name: "SayGoodbye" }, "an activity named 'SayGoodbye' as action number 0"],
  [
    "a timer in place of an activity",
    2,
    { EventType: 10, FireAt: "2024-10-23T16:00:02Z" },
    "a timer as action number 0",
  ],
  [
    "an activity in place of a timer",
    6,
    { EventType: 4, Name: "SayHello" },
    "an activity named 'SayHello' as action number 1",
  ],
  ["another child", 10, { Name: "Stepchild" }, "a sub-orchestration named 'Stepchild' as action number 2"],
  [
    "an action that the code never scheduled",
    10,
    { EventId: 9 },
    "a sub-orchestration named 'Child' as action number 9",
  ],
])("%s in the history fails the instance", async (_, index, fields, text) => {
  const hub = await replay((history) => Object.assign(history[index] ?? {}, fields));
  expect(hub.ending(INSTANCE)?.status).toBe("Failed");
  expect(hub.ending(INSTANCE)?.result).toMatch(/^Non-Deterministic workflow detected: /);
  expect(hub.ending(INSTANCE)?.result).toContain(text);
});

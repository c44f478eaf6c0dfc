import { expect, test } from "vitest";
import type { HistoryEvent } from "../../../local/src/engine/history/events.ts";
import { historyItems } from "../../../local/src/management/history-items.ts";

const at = (second: number) => ({ IsPlayed: false, Timestamp: `2024-10-23T16:00:0${second}.5Z` });

const history: HistoryEvent[] = [
  { EventType: 12, EventId: -1, ...at(0) },
  {
    EventType: 0,
    EventId: -1,
    ...at(0),
    OrchestrationInstance: { InstanceId: "abc", ExecutionId: "e" },
    ParentInstance: null,
    Name: "Hello",
    Version: null,
    Input: '"in"',
    Tags: null,
    Correlation: null,
    ParentTraceContext: null,
    ScheduledStartTime: null,
    Generation: 0,
  },
  {
    EventType: 4,
    EventId: 0,
    ...at(1),
    Name: "SayHello",
    Version: "",
    Input: null,
    ParentTraceContext: null,
    Tags: { a: "b" },
  },
  {
    EventType: 7,
    EventId: 1,
    ...at(1),
    Name: "Child",
    Version: null,
    InstanceId: "e:1",
    Input: null,
    ClientSpanId: null,
  },
  { EventType: 4, EventId: 2, ...at(1), Name: "Slow", Version: "", Input: null, ParentTraceContext: null },
  { EventType: 10, EventId: 3, ...at(1), FireAt: "2024-10-23T16:00:02Z" },
  { EventType: 13, EventId: -1, ...at(1) },
  { EventType: 12, EventId: -1, ...at(2) },
  { EventType: 5, EventId: -1, ...at(2), TaskScheduledId: 0, Result: '{"a":1}' },
  { EventType: 9, EventId: -1, ...at(2), TaskScheduledId: 1, Reason: "r", Details: "d", FailureDetails: null },
  { EventType: 11, EventId: -1, ...at(2), TimerId: 3, FireAt: "2024-10-23T16:00:02Z" },
  { EventType: 1, EventId: 4, ...at(3), OrchestrationStatus: 1, Result: "no JSON", FailureDetails: null },
];

test("a call and its result are one item, without episode markers and task numbers", () => {
  expect(historyItems(history, { showInput: false, showHistoryOutput: false })).toEqual([
    {
      EventType: "ExecutionStarted",
      Timestamp: at(0).Timestamp,
      FunctionName: "Hello",
      Correlation: null,
      ParentTraceContext: null,
      ScheduledStartTime: null,
      Generation: 0,
    },
    { EventType: "TaskScheduled", Timestamp: at(1).Timestamp, Name: "Slow", ParentTraceContext: null },
    { EventType: "TimerCreated", Timestamp: at(1).Timestamp, FireAt: "2024-10-23T16:00:02Z" },
    {
      EventType: "TaskCompleted",
      Timestamp: at(2).Timestamp,
      ScheduledTime: at(1).Timestamp,
      FunctionName: "SayHello",
      Tags: { a: "b" },
    },
    {
      EventType: "SubOrchestrationInstanceFailed",
      Timestamp: at(2).Timestamp,
      ScheduledTime: at(1).Timestamp,
      FunctionName: "Child",
      InstanceId: "e:1",
      Reason: "r",
      Details: "d",
      FailureDetails: null,
    },
    { EventType: "TimerFired", Timestamp: at(2).Timestamp, FireAt: "2024-10-23T16:00:02Z" },
    {
      EventType: "ExecutionCompleted",
      Timestamp: at(3).Timestamp,
      OrchestrationStatus: "Completed",
      FailureDetails: null,
    },
  ]);
});

test("results are shown as JSON, or as text if they are not JSON", () => {
  const items = historyItems(history, { showInput: true, showHistoryOutput: true });
  expect(items.filter((it) => "Result" in it).map((it) => it["Result"])).toEqual([{ a: 1 }, "no JSON"]);
  expect(items.filter((it) => "Input" in it).map((it) => [it["EventType"], it["Input"]])).toEqual([
    ["ExecutionStarted", '"in"'],
    ["TaskScheduled", null],
    ["TaskCompleted", null],
    ["SubOrchestrationInstanceFailed", null],
  ]);
});

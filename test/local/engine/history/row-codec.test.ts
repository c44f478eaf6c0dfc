import { describe, expect, test } from "vitest";
import { EventType, type HistoryEvent, OrchestrationStatus } from "../../../../local/src/engine/history/events.ts";
import { fromColumns, historyRowKey, toColumns } from "../../../../local/src/engine/history/row-codec.ts";

const base = { EventId: -1, IsPlayed: true, Timestamp: "2026-06-24T14:02:11.1234567Z" };
const time = (value: string) => ({ type: "DateTime", value });

const started: HistoryEvent = {
  OrchestrationInstance: { InstanceId: "abc", ExecutionId: "e1" },
  EventType: EventType.ExecutionStarted,
  ParentInstance: null,
  Name: "HelloSequence",
  Version: "",
  Input: '"Tokyo"',
  Tags: null,
  Correlation: null,
  ParentTraceContext: null,
  ScheduledStartTime: null,
  Generation: 0,
  GenerateNewTrace: false,
  ...base,
};
const failure = {
  ErrorType: "Error",
  ErrorMessage: "boom",
  StackTrace: null,
  InnerFailure: null,
  IsNonRetriable: false,
  Properties: null,
};

const rows: [HistoryEvent, Record<string, unknown>][] = [
  [
    started,
    {
      OrchestrationInstance: '{"InstanceId":"abc","ExecutionId":"e1"}',
      ParentInstance: "null",
      Name: "HelloSequence",
      Version: "",
      Input: '"Tokyo"',
      Tags: "null",
      ParentTraceContext: "null",
      Generation: 0,
      GenerateNewTrace: false,
    },
  ],
  [
    {
      EventType: EventType.ExecutionCompleted,
      OrchestrationStatus: OrchestrationStatus.Failed,
      Result: "boom",
      FailureDetails: failure,
      ...base,
    },
    { OrchestrationStatus: "Failed", Result: "boom", FailureDetails: JSON.stringify(failure) },
  ],
  [
    {
      EventType: EventType.TaskScheduled,
      Name: "SayHello",
      Version: "",
      Input: null,
      ParentTraceContext: null,
      Tags: null,
      ...base,
      EventId: 0,
      IsPlayed: false,
    },
    { EventId: 0, IsPlayed: false, Name: "SayHello", Version: "", ParentTraceContext: "null", Tags: "null" },
  ],
  [
    { EventType: EventType.TaskCompleted, TaskScheduledId: 0, Result: '"Hello"', ...base },
    { TaskScheduledId: 0, Result: '"Hello"' },
  ],
  [
    { EventType: EventType.TimerFired, TimerId: 2, FireAt: "2026-06-24T15:00:00.0000001Z", ...base },
    { TimerId: 2, FireAt: time("2026-06-24T15:00:00.0000001Z") },
  ],
  [{ EventType: EventType.GenericEvent, Data: "wake", ...base }, { Data: "wake" }],
  [{ EventType: EventType.OrchestratorCompleted, ...base }, {}],
];

describe.each(rows)("event %#", (event, columns) => {
  const name = Object.entries(EventType).find(([, number]) => number === event.EventType)?.[0];
  const common = { EventType: name, EventId: -1, IsPlayed: true, _Timestamp: time("2026-06-24T14:02:11.1234567Z") };

  test(`${name} is written with the columns of .NET`, () => {
    expect(toColumns(event)).toEqual({ ...common, ...columns });
  });

  test(`${name} is read back with all its properties`, () => {
    expect(fromColumns(toColumns(event))).toEqual(event);
  });
});

test("row keys are 16 upper-case hex digits", () => {
  expect([0, 10, 255].map(historyRowKey)).toEqual(["0000000000000000", "000000000000000A", "00000000000000FF"]);
});

test("a row removed by a rewind is read as a GenericEvent without data", () => {
  const row = { ...toColumns({ ...started }), EventType: "GenericEvent", Reason: "Rewound: TaskFailed" };
  expect(fromColumns(row)).toEqual({ EventType: EventType.GenericEvent, Data: null, ...base });
});

test("an unknown event type is an error, because the history can no longer be trusted", () => {
  expect(() => fromColumns({ EventType: "ExecutionRewound" })).toThrow(/ExecutionRewound/);
});

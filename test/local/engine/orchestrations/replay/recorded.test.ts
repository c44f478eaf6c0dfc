import { describe, expect, test } from "vitest";
import { EventType, type HistoryEvent } from "../../../../../local/src/engine/history/events.ts";
import {
  causeTime,
  endsSuspension,
  recordedById,
} from "../../../../../local/src/engine/orchestrations/replay/recorded.ts";
import { historyEvents } from "../../../../helpers/history-events.ts";

const CREATED = "2026-06-24T14:00:00.0000000Z";
const LATER = "2026-06-24T14:01:00.0000000Z";
const base = { EventId: -1, IsPlayed: false };

const fired = (Timestamp: string, FireAt: string): HistoryEvent => ({
  ...base,
  EventType: EventType.TimerFired,
  TimerId: 1,
  FireAt,
  Timestamp,
});

describe("the time of a cause", () => {
  test("is that of its event", () => {
    expect(causeTime(historyEvents.taskCompleted(0, null))).toBe("2026-06-24T14:02:11.1234567Z");
  });

  test("is when a timer was due, whose event has the time of its creation", () => {
    expect(causeTime(fired(CREATED, LATER))).toBe(LATER);
  });

  test("is not before the timer was created", () => {
    expect(causeTime(fired(LATER, CREATED))).toBe(LATER);
  });
});

test("a suspension ends by being resumed, or with the instance", () => {
  const { executionResumed, executionTerminated, executionSuspended, taskCompleted } = historyEvents;
  expect([executionResumed(null), executionTerminated(null)].map(endsSuspension)).toEqual([true, true]);
  expect([executionSuspended(null), taskCompleted(0, null)].map(endsSuspension)).toEqual([false, false]);
});

test("scheduled actions are found by their number", () => {
  const timer = { ...base, EventId: 1, EventType: EventType.TimerCreated, FireAt: LATER, Timestamp: CREATED } as const;
  const sent = {
    ...base,
    EventId: 2,
    EventType: EventType.EventSent,
    InstanceId: "@c@a",
    Name: "op",
    Input: null,
  } as const;
  const events: HistoryEvent[] = [
    historyEvents.executionStarted(),
    historyEvents.taskScheduled(0),
    timer,
    { ...sent, Timestamp: CREATED },
    historyEvents.taskCompleted(0, null),
  ];
  expect([...recordedById(events).values()]).toEqual([
    { id: 0, decisionKind: "activity", name: "SayHello" },
    { id: 1, decisionKind: "timer", name: null },
    { id: 2, decisionKind: "event-sent", name: "@c@a" },
  ]);
});

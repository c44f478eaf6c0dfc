import { describe, expect, test } from "vitest";
import { EventType, type HistoryEvent } from "../../../../local/src/engine/history/events.ts";
import type { ReceivedMessage } from "../../../../local/src/engine/messages/message-data.ts";
import { nextExecutionId } from "../../../../local/src/engine/orchestrations/next-execution-id.ts";
import { HistoryIndex, isKnown, isOutOfOrder } from "../../../../local/src/engine/orchestrations/out-of-order.ts";
import { historyEvents } from "../../../helpers/history-events.ts";

const { orchestratorStarted, executionStarted, taskScheduled, taskCompleted } = historyEvents;
const HISTORY: HistoryEvent[] = [orchestratorStarted(), executionStarted(), taskScheduled(0)];

function received(
  Event: HistoryEvent,
  { executionId = "e1" as string | null, dequeueCount = 1, sender = "", target = "abc" } = {},
): ReceivedMessage {
  const OrchestrationInstance = { InstanceId: target, ExecutionId: executionId };
  const TaskMessage = { Event, SequenceNumber: 0, OrchestrationInstance, OrchestrationExecutionContext: null };
  return {
    data: { ActivityId: "a", TaskMessage, SequenceNumber: 1, Sender: { InstanceId: sender, ExecutionId: "" } },
    queueName: "hub-control-00",
    messageId: "m",
    popReceipt: "p",
    dequeueCount,
    insertedAt: new Date(0),
    nextVisibleAt: new Date(0),
  };
}

const raised = (fields: object = {}): HistoryEvent => ({
  EventType: EventType.EventRaised,
  Name: "Approval",
  Input: "true",
  ParentTraceContext: null,
  EventId: -1,
  IsPlayed: false,
  Timestamp: "2026-06-24T14:10:00.25Z",
  ...fields,
});

describe("isOutOfOrder", () => {
  test("a reply whose call is recorded is in order, and any other reply is early", () => {
    expect(isOutOfOrder(received(taskCompleted(0, null)), new HistoryIndex(HISTORY))).toBe(false);
    expect(isOutOfOrder(received(taskCompleted(1, null)), new HistoryIndex(HISTORY))).toBe(true);
  });

  test("no message is early for an ended execution", () => {
    const ended = [...HISTORY, historyEvents.executionCompleted(null)];
    expect(isOutOfOrder(received(taskCompleted(7, null)), new HistoryIndex(ended))).toBe(false);
  });

  test("an external event is never early", () => {
    expect(isOutOfOrder(received(raised(), { executionId: null }), new HistoryIndex([]))).toBe(false);
  });

  test.each([
    ["no history", [], "e1"],
    ["another execution", HISTORY, "e0"],
  ])("a reply for %s is treated as stray on the sixth attempt", (_, history, executionId) => {
    const reply = (dequeueCount: number) => received(taskCompleted(0, null), { executionId, dequeueCount });
    expect(isOutOfOrder(reply(5), new HistoryIndex(history))).toBe(true);
    expect(isOutOfOrder(reply(6), new HistoryIndex(history))).toBe(false);
  });
});

const ENTITY = "@counter@a";
const REQUEST = "0b8a5c0e-6f0d-4a39-9c83-2f1f0f6d8c11";
const requested: HistoryEvent = {
  EventType: EventType.EventSent,
  InstanceId: ENTITY,
  Name: "op",
  Input: JSON.stringify({ op: "get", id: REQUEST }),
  EventId: 1,
  IsPlayed: false,
  Timestamp: "2026-06-24T14:02:11.1234567Z",
};

describe("the reply of an entity", () => {
  const reply = (dequeueCount = 1) => received(raised({ Name: REQUEST }), { sender: ENTITY, dequeueCount });

  test("is early until its request is recorded, but not forever", () => {
    expect(isOutOfOrder(reply(), new HistoryIndex([...HISTORY, requested]))).toBe(false);
    expect(isOutOfOrder(reply(), new HistoryIndex(HISTORY))).toBe(true);
    expect(isOutOfOrder(reply(50), new HistoryIndex(HISTORY))).toBe(true);
    expect(isOutOfOrder(reply(51), new HistoryIndex(HISTORY))).toBe(false);
  });

  test("is known once an event of its request was raised, whatever its content", () => {
    const history = [...HISTORY, requested];
    expect(isKnown(reply(), new HistoryIndex(history))).toBe(false);
    expect(isKnown(reply(), new HistoryIndex([...history, raised({ Name: REQUEST, Input: "2" })]))).toBe(true);
  });

  test("is not what an orchestration raises in an orchestration, nor what an entity sends to an entity", () => {
    const index = new HistoryIndex(HISTORY);
    expect(isOutOfOrder(received(raised(), { sender: "other" }), index)).toBe(false);
    expect(isOutOfOrder(received(raised(), { sender: ENTITY, target: "@counter@b" }), index)).toBe(false);
  });
});

test("a timer that fires before its creation is recorded is early", () => {
  const fired = { EventType: EventType.TimerFired, TimerId: 7, FireAt: "2026-06-24T14:03:00Z" } as const;
  const event = { ...fired, EventId: -1, IsPlayed: false, Timestamp: "2026-06-24T14:03:00Z" };
  expect(isOutOfOrder(received(event), new HistoryIndex(HISTORY))).toBe(true);
});

test("a reply to the next generation is early for longer, as its first episode may still be saved", () => {
  const executionId = nextExecutionId(historyEvents.executionStarted());
  const reply = (dequeueCount: number) => received(taskCompleted(0, null), { executionId, dequeueCount });
  expect(isOutOfOrder(reply(50), new HistoryIndex(HISTORY))).toBe(true);
  expect(isOutOfOrder(reply(51), new HistoryIndex(HISTORY))).toBe(false);
  const ended = [...HISTORY, historyEvents.executionCompleted(null)];
  expect(isOutOfOrder(reply(5), new HistoryIndex(ended))).toBe(true);
  expect(isOutOfOrder(reply(6), new HistoryIndex(ended))).toBe(false);
});

describe("isKnown", () => {
  test("a second reply to the same call is known, whatever its content", () => {
    const history = [...HISTORY, taskCompleted(0, "1")];
    expect(isKnown(received(taskCompleted(0, "2")), new HistoryIndex(history))).toBe(true);
    expect(isKnown(received(taskCompleted(1, "2")), new HistoryIndex(history))).toBe(false);
    expect(isKnown(received(taskCompleted(0, "1")), new HistoryIndex(HISTORY))).toBe(false);
  });

  test("an event is recognized by its timestamp to the tick, its name and its input", () => {
    const history = [...HISTORY, raised({ Timestamp: "2026-06-24T14:10:00.2500000Z" })];
    expect(isKnown(received(raised()), new HistoryIndex(history))).toBe(true);
    expect(isKnown(received(raised({ Timestamp: "2026-06-24T14:10:00.2500001Z" })), new HistoryIndex(history))).toBe(
      false,
    );
    expect(isKnown(received(raised({ Input: "false" })), new HistoryIndex(history))).toBe(false);
    expect(isKnown(received(raised({ Name: "Other" })), new HistoryIndex(history))).toBe(false);
  });

  test("a command is recognized by its timestamp", () => {
    const termination = historyEvents.executionTerminated("enough");
    expect(isKnown(received(termination), new HistoryIndex([...HISTORY, termination]))).toBe(true);
    expect(isKnown(received(termination), new HistoryIndex(HISTORY))).toBe(false);
  });
});

describe("HistoryIndex", () => {
  const grown = [...HISTORY, taskCompleted(0, null), taskScheduled(1)];

  test("is extended when the history grows, and equals an index built from scratch", () => {
    const index = new HistoryIndex(HISTORY);
    expect(index.of(grown)).toBe(index);
    expect(index).toEqual(new HistoryIndex(grown));
    expect(index.of(grown)).toEqual(new HistoryIndex(grown));
  });

  test("is rebuilt for a different or shorter history", () => {
    const index = new HistoryIndex(grown);
    const copies = structuredClone(grown);
    for (const other of [HISTORY, copies, [...grown.slice(0, -1), ...copies.slice(-1)], []]) {
      expect(index.of(other)).not.toBe(index);
      expect(index.of(other)).toEqual(new HistoryIndex(other));
    }
  });
});

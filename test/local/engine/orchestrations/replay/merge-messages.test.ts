import { expect, test } from "vitest";
import type { HistoryEvent } from "../../../../../local/src/engine/history/events.ts";
import type { TaskMessage } from "../../../../../local/src/engine/messages/message-data.ts";
import { mergeMessages } from "../../../../../local/src/engine/orchestrations/replay/merge-messages.ts";
import { historyEvents } from "../../../../helpers/history-events.ts";

const message = (Event: HistoryEvent, ExecutionId: string | null): TaskMessage => ({
  Event,
  SequenceNumber: 0,
  OrchestrationInstance: { InstanceId: "abc", ExecutionId },
  OrchestrationExecutionContext: null,
});
const start = (executionId: string) => message(historyEvents.executionStarted({ executionId }), executionId);
const reply = (id: number, executionId: string | null) => message(historyEvents.taskCompleted(id, null), executionId);

test("the first start comes first, and messages to other executions are dropped", () => {
  const messages = [
    reply(0, "e1"),
    start("e1"),
    start("e2"),
    reply(1, "e2"),
    reply(2, null),
    reply(3, ""),
    reply(4, "E1"),
  ];
  const expected = [1, 0, 4, 5, 6].map((index) => messages[index]?.Event);
  expect(mergeMessages(messages, null)).toEqual(expected);
});

test("a running execution takes no start, and without an execution there are no events", () => {
  expect(mergeMessages([start("e2"), reply(0, "e1")], "e1")).toEqual([reply(0, "e1").Event]);
  expect(mergeMessages([reply(0, "e1"), reply(1, null)], null)).toEqual([]);
});

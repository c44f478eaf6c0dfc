import { expect, test } from "vitest";
import type { HistoryEvent } from "../../../../local/src/engine/history/events.ts";
import type { ReceivedMessage } from "../../../../local/src/engine/messages/message-data.ts";
import { HistoryIndex } from "../../../../local/src/engine/orchestrations/out-of-order.ts";
import { sortBatch } from "../../../../local/src/engine/orchestrations/sort-batch.ts";
import { historyEvents } from "../../../helpers/history-events.ts";
import { toInstance } from "../../../helpers/outgoing-message.ts";

const messageOf = (event: HistoryEvent, dequeueCount = 1): ReceivedMessage => {
  const { taskMessage } = toInstance("abc", event);
  return { data: { TaskMessage: taskMessage }, dequeueCount } as unknown as ReceivedMessage;
};
const history = [
  historyEvents.orchestratorStarted(),
  historyEvents.executionStarted(),
  historyEvents.taskScheduled(0),
  historyEvents.taskScheduled(1),
  historyEvents.taskCompleted(0, '"done"'),
];

test("a reply is known if its call has one, fresh if not, and early if its call is not in the history", () => {
  const [known, fresh, early] = [0, 1, 2].map((id) => messageOf(historyEvents.taskCompleted(id, '"done"')));
  const sorted = sortBatch(
    [known, fresh, early].filter((it) => it !== undefined),
    new HistoryIndex(history),
  );
  expect(sorted).toEqual({ known: [known], fresh: [fresh], early: [early] });
});

test("the start that began the history is known, and any other start is fresh", () => {
  const [same, other] = ["e1", "e2"].map((executionId) => messageOf(historyEvents.executionStarted({ executionId })));
  // In otherwise equal messages, only the time differs.
  if (other !== undefined) Object.assign(other.data.TaskMessage.Event, { Timestamp: "2026-06-24T15:00:00.0000000Z" });
  const sorted = sortBatch(
    [same, other].filter((it) => it !== undefined),
    new HistoryIndex(history),
  );
  expect(sorted).toEqual({ known: [same], fresh: [other], early: [] });
});

test("the first of two replies to one call in a batch is fresh, and the second is known", () => {
  const replies = ['"one"', '"two"'].map((result) => messageOf(historyEvents.taskCompleted(1, result)));
  expect(sortBatch(replies, new HistoryIndex(history))).toEqual({
    known: [replies[1]],
    fresh: [replies[0]],
    early: [],
  });
});

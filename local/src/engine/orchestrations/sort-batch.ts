import { EventType, type HistoryEvent } from "../history/events.ts";
import type { ReceivedMessage } from "../messages/message-data.ts";
import { HistoryIndex, isKnown, isOutOfOrder } from "./out-of-order.ts";
import { isStartOf } from "./start-dedupe.ts";

export type SortedBatch = {
  /** What the next episode is about. */
  fresh: ReceivedMessage[];
  /** In the history already, as their host died before it deleted them, or in this batch a second time. */
  known: ReceivedMessage[];
  /** Replies whose cause is not in the history yet. */
  early: ReceivedMessage[];
};

/** Sorts a batch's messages by what the history says of them. */
export function sortBatch(messages: readonly ReceivedMessage[], index: HistoryIndex): SortedBatch {
  const sorted: SortedBatch = { fresh: [], known: [], early: [] };
  // Two hosts that ran one activity, one of them paused meanwhile, both answer it.
  const inBatch = new HistoryIndex();
  for (const message of messages) {
    const isTwice = isKnown(message, index) || isKnown(message, inBatch) || isKnownStart(message, index.events);
    if (isTwice) sorted.known.push(message);
    else if (isOutOfOrder(message, index)) sorted.early.push(message);
    else {
      sorted.fresh.push(message);
      inBatch.add(message.data.TaskMessage.Event);
    }
  }
  return sorted;
}

/**
 * Whether the last checkpoint was interrupted between two of its transactions: every episode ends with OrchestratorCompleted.
 * Its messages are in the history then, and what was decided about them is not; so that episode must be run again.
 */
export function isCutOff(history: readonly HistoryEvent[]): boolean {
  const last = history.at(-1);
  return last !== undefined && last.EventType !== EventType.OrchestratorCompleted;
}

function isKnownStart({ data }: ReceivedMessage, history: readonly HistoryEvent[]): boolean {
  const event = data.TaskMessage.Event;
  return event.EventType === EventType.ExecutionStarted && isStartOf(event, history);
}

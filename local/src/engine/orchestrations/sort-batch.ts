import { EventType, type HistoryEvent } from "../history/events.ts";
import type { ReceivedMessage } from "../messages/message-data.ts";
import { HistoryIndex, isKnown, isOutOfOrder } from "./out-of-order.ts";
import { isStartOf } from "./start-dedupe.ts";

type SortedBatch = {
  /** Messages for the next episode. */
  fresh: ReceivedMessage[];
  /** Messages already in the history, because their host died before deleting them, or duplicated within this batch. */
  known: ReceivedMessage[];
  /** Replies whose cause is not in the history yet. */
  early: ReceivedMessage[];
};

/** Sorts the messages of a batch by comparing them with the history. */
export function sortBatch(messages: readonly ReceivedMessage[], index: HistoryIndex): SortedBatch {
  const sorted: SortedBatch = { fresh: [], known: [], early: [] };
  // If two hosts ran the same activity, for example because one was paused, both answer it.
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
 * Whether the last checkpoint was interrupted between two of its transactions: every complete episode ends with
 * OrchestratorCompleted. Its messages are then in the history, but its decisions are not, so the episode must be
 * repeated.
 */
export function isCutOff(history: readonly HistoryEvent[]): boolean {
  const last = history.at(-1);
  return last !== undefined && last.EventType !== EventType.OrchestratorCompleted;
}

function isKnownStart({ data }: ReceivedMessage, history: readonly HistoryEvent[]): boolean {
  const event = data.TaskMessage.Event;
  return event.EventType === EventType.ExecutionStarted && isStartOf(event, history);
}

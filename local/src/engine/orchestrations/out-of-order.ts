// A reply may arrive before the checkpoint that recorded its cause, as messages are sent before the history is written; then it
// must come again later instead of being taken for a stray one.
// Source: Azure/durabletask, DurableTask.AzureStorage/Messaging/OrchestrationSession.cs, IsOutOfOrderMessage.

import { parseTicks } from "@same-kit/shared";
import { EventType, type ExecutionStartedEvent, type HistoryEvent } from "../history/events.ts";
import type { ReceivedMessage } from "../messages/message-data.ts";

// How many times a reply to an instance without history is returned before it is assumed that there is none.
const MAX_DEQUEUES_WITHOUT_HISTORY = 5;

/** A history, read once to compare many messages with it. */
export class HistoryIndex {
  readonly events: HistoryEvent[] = [];
  readonly ids = new Set<number>();
  /** Ids of the actions that have been answered. */
  readonly answered = new Set<number>();
  started: ExecutionStartedEvent | undefined;
  hasCompleted = false;

  constructor(events: readonly HistoryEvent[] = []) {
    for (const event of events) this.add(event);
  }

  add(event: HistoryEvent): void {
    const causeId = causeOf(event);
    this.events.push(event);
    this.ids.add(event.EventId);
    if (causeId !== null) this.answered.add(causeId);
    if (event.EventType === EventType.ExecutionStarted) this.started ??= event;
    this.hasCompleted ||= event.EventType === EventType.ExecutionCompleted;
  }
}

/** Whether `message` answers something that the history does not hold yet. */
export function isOutOfOrder(message: ReceivedMessage, { started, hasCompleted, ids }: HistoryIndex): boolean {
  const causeId = causeOf(message.data.TaskMessage.Event);
  if (causeId === null) return false;
  const wanted = message.data.TaskMessage.OrchestrationInstance.ExecutionId;
  const isOfHistory = started !== undefined && (!wanted || wanted === started.OrchestrationInstance.ExecutionId);
  // For an execution that is over, or one whose first checkpoint another host is about to write.
  if (!isOfHistory) return message.dequeueCount <= MAX_DEQUEUES_WITHOUT_HISTORY;
  // Nothing is added to what has ended: the reply would come back for ever.
  return !hasCompleted && !ids.has(causeId);
}

/**
 * Whether the history holds the message's event already: its host died between the history and the deletion of the message. The
 * extension appends it once more; a reply then answers nothing, but an external event would be raised twice.
 */
export function isKnown({ data }: ReceivedMessage, { events, answered }: HistoryIndex): boolean {
  const event = data.TaskMessage.Event;
  const causeId = causeOf(event);
  if (causeId !== null) return answered.has(causeId);
  return events.some((it) => it.EventType === event.EventType && isSameMessage(it, event));
}

/** A sender's clock never shows the same tick twice, so time and content tell one message from another. */
function isSameMessage(a: HistoryEvent, b: HistoryEvent): boolean {
  if (parseTicks(a.Timestamp) !== parseTicks(b.Timestamp)) return false;
  if (a.EventType !== EventType.EventRaised || b.EventType !== EventType.EventRaised) return true;
  return a.Name === b.Name && a.Input === b.Input;
}

/** `EventId` of the action that the event answers; null for an event that answers none. */
function causeOf(event: HistoryEvent): number | null {
  switch (event.EventType) {
    case EventType.TaskCompleted:
    case EventType.TaskFailed:
    case EventType.SubOrchestrationInstanceCompleted:
    case EventType.SubOrchestrationInstanceFailed:
      return event.TaskScheduledId;
    case EventType.TimerFired:
      return event.TimerId;
    default:
      return null;
  }
}

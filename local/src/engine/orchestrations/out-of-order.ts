// A reply may arrive before the checkpoint that recorded its cause, as messages are sent before the history is written; then it
// must come again later instead of being taken for a stray one.
// Source: Azure/durabletask, DurableTask.AzureStorage/Messaging/OrchestrationSession.cs, IsOutOfOrderMessage.

import { EventType, type HistoryEvent } from "../history/events.ts";
import type { ReceivedMessage } from "../messages/message-data.ts";

// So often a reply to an instance without history comes back before it is believed that there is none.
const MAX_DEQUEUES_WITHOUT_HISTORY = 5;

/** Whether `message` answers something that `history` does not hold yet. */
export function isOutOfOrder(message: ReceivedMessage, history: readonly HistoryEvent[]): boolean {
  const causeId = causeOf(message.data.TaskMessage.Event);
  if (causeId === null) return false;
  const hasStarted = history.some((it) => it.EventType === EventType.ExecutionStarted);
  if (!hasStarted) return message.dequeueCount <= MAX_DEQUEUES_WITHOUT_HISTORY;
  return !history.some((it) => it.EventId === causeId);
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

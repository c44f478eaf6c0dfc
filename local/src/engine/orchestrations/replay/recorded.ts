import { EventType, type HistoryEvent } from "../../history/events.ts";
import { type SchedulingEvent, toSchedulingEvent } from "./decision.ts";

/** What was scheduled under each id, according to a history. */
export function recordedById(events: readonly HistoryEvent[]): Map<number, SchedulingEvent> {
  const recorded = new Map<number, SchedulingEvent>();
  for (const event of events) {
    switch (event.EventType) {
      case EventType.TaskScheduled:
      case EventType.SubOrchestrationInstanceCreated:
      case EventType.TimerCreated:
      case EventType.EventSent:
        recorded.set(event.EventId, toSchedulingEvent(event));
    }
  }
  return recorded;
}

/** When `event` happened, as every replay sees it: what follows from it is stamped with this time. */
export function causeTime(event: HistoryEvent): string {
  // The timestamp of a timer's event is that of the timer's creation.
  if (event.EventType !== EventType.TimerFired) return event.Timestamp;
  return Date.parse(event.FireAt) > Date.parse(event.Timestamp) ? event.FireAt : event.Timestamp;
}

export function endsSuspension(event: HistoryEvent): boolean {
  return event.EventType === EventType.ExecutionResumed || event.EventType === EventType.ExecutionTerminated;
}

import {
  type EventSentEvent,
  EventType,
  type HistoryEvent,
  type SubOrchestrationInstanceCreatedEvent,
  type TaskScheduledEvent,
  type TimerCreatedEvent,
} from "../engine/history/events.ts";
import type { Decision, SchedulingEvent } from "../engine/orchestrations/replay/decision.ts";
import type { Divergence } from "../testing-api.ts";
import type { Recording } from "./recording.ts";

type Found = Pick<Divergence, "recorded" | "actual" | "source">;

/** @param event - The recorded event that differs; null: nothing was recorded there. */
export function divergence({ name, origins }: Recording, event: HistoryEvent | null, found: Found): Divergence {
  const origin = event === null ? undefined : origins.get(event);
  const place = origin === undefined ? "" : ` (event ${origin.index}, ${String(origin.event.EventType)})`;
  const source = found.source === null ? "" : `, at ${found.source}`;
  const message = `"${name}" diverges: the history records ${found.recorded}${place}, but the current code ${found.actual}${source}.`;
  return { event: origin?.event ?? null, eventIndex: origin?.index ?? null, ...found, message };
}

/** The code diverges before its first event. */
export function atStart(recording: Recording, actual: string): Divergence {
  const started = recording.events.find((it) => it.EventType === EventType.ExecutionStarted) ?? null;
  return divergence(recording, started, { recorded: "its start", actual, source: null });
}

export function isScheduling(
  event: HistoryEvent,
): event is TaskScheduledEvent | SubOrchestrationInstanceCreatedEvent | TimerCreatedEvent | EventSentEvent {
  switch (event.EventType) {
    case EventType.TaskScheduled:
    case EventType.SubOrchestrationInstanceCreated:
    case EventType.TimerCreated:
    case EventType.EventSent:
      return true;
    default:
      return false;
  }
}

export function describeScheduled({ id, decisionKind, name }: SchedulingEvent): string {
  return `${describe(decisionKind, name)} as action number ${id}`;
}

export function describeDecision(decision: Decision): string {
  return `requests ${describe(decision.kind, nameOf(decision))}`;
}

/** The decision's name; null if it has none. */
export function nameOf(decision: Decision): string | null {
  const action: unknown = "action" in decision ? decision.action : null;
  const name = typeof action === "object" && action !== null && "name" in action ? action.name : null;
  return typeof name === "string" ? name : null;
}

const WORDS: Readonly<Record<string, string>> = {
  activity: "the activity",
  "sub-orchestration": "the sub-orchestration",
  timer: "a timer",
  "event-sent": "a message to an entity",
};

function describe(kind: string, name: string | null): string {
  const words = WORDS[kind] ?? "a message to an entity";
  return name === null ? words : `${words} '${name}'`;
}

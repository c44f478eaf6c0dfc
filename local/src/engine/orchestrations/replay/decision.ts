import {
  type EventSentEvent,
  EventType,
  type SubOrchestrationInstanceCreatedEvent,
  type TaskScheduledEvent,
  type TimerCreatedEvent,
} from "../../history/events.ts";
import { ReplayFailure } from "./replay-failure.ts";
import type { LeafRequest } from "./replay-task.ts";

/** Something the orchestrator asked for that takes an id: new, until history shows its scheduling event. */
export type Decision = { id: number } & Exclude<LeafRequest, { kind: "external-event" }>;

/** What history says was scheduled under an id. */
export type SchedulingEvent = {
  id: number;
  /** `event-sent` belongs to entities and matches no decision of this engine's. */
  decisionKind: Decision["kind"] | "event-sent";
  /** Null for timers, which have none. */
  name: string | null;
};

export function toSchedulingEvent(
  event: TaskScheduledEvent | SubOrchestrationInstanceCreatedEvent | TimerCreatedEvent | EventSentEvent,
): SchedulingEvent {
  switch (event.EventType) {
    case EventType.TaskScheduled:
      return { id: event.EventId, decisionKind: "activity", name: event.Name };
    case EventType.SubOrchestrationInstanceCreated:
      return { id: event.EventId, decisionKind: "sub-orchestration", name: event.Name };
    case EventType.TimerCreated:
      return { id: event.EventId, decisionKind: "timer", name: null };
    case EventType.EventSent:
      return { id: event.EventId, decisionKind: "event-sent", name: event.Name };
  }
}

const WORDS = {
  activity: "an activity",
  "sub-orchestration": "a sub-orchestration",
  timer: "a timer",
  "event-sent": "an event",
} as const;

/**
 * The check that code and history still fit together.
 *
 * @throws ReplayFailure of kind `non-determinism`.
 * @see Azure/durabletask, DurableTask.Core/TaskOrchestrationContext.cs, HandleTaskScheduledEvent and its siblings
 */
export function assertSameDecision(recorded: SchedulingEvent, decision: Decision | undefined): void {
  const now = decision === undefined ? null : describe(decision.kind, nameOf(decision));
  const before = describe(recorded.decisionKind, recorded.name);
  const isSame = decision?.kind === recorded.decisionKind && isSameName(nameOf(decision), recorded.name);
  if (isSame) return;
  const what = now === null ? "has not scheduled anything under that number at this point" : `scheduled ${now} there`;
  throw new ReplayFailure(
    `An earlier run of this orchestration scheduled ${before} as action number ${recorded.id}, but replaying it now ${what}. ` +
      "Was the orchestrator's code changed while this instance was running, or does it depend on something that changes?",
    "non-determinism",
  );
}

function nameOf(decision: Decision): string | null {
  return decision.kind === "timer" ? null : decision.action.name;
}

function isSameName(a: string | null, b: string | null): boolean {
  return a?.toLowerCase() === b?.toLowerCase();
}

function describe(kind: SchedulingEvent["decisionKind"], name: string | null): string {
  return name === null ? WORDS[kind] : `${WORDS[kind]} named '${name}'`;
}

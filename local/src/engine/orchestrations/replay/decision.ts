import {
  type EventSentEvent,
  EventType,
  type SubOrchestrationInstanceCreatedEvent,
  type TaskScheduledEvent,
  type TimerCreatedEvent,
} from "../../history/events.ts";
import { type EntityId, toInstanceId } from "../../messages/entity-id.ts";
import type { EntityLockAction, EntitySignalAction } from "./action.ts";
import { ReplayFailure } from "./replay-failure.ts";
import type { LeafRequest } from "./replay-task.ts";

/**
 * Something the orchestrator asked for that takes an id: new, until history shows its scheduling event. `causedAt` is UTC text of the
 * event that it follows from: unlike the time now it is the same when an episode is run again.
 */
export type Decision = { id: number; causedAt: string } & (
  | Exclude<LeafRequest, { kind: "external-event" }>
  | { kind: "entity-signal"; action: EntitySignalAction }
  | {
      kind: "entity-release";
      entity: EntityId;
      /** The lock's own id in the orchestration, and its request's where history tells it. */
      lockActionId: number;
      requestId: string | null;
    }
);

/** What history tells apart: all that goes to an entity is an event that was sent. */
export type RecordedKind = "activity" | "sub-orchestration" | "timer" | "event-sent";

/** What history says was scheduled under an id. */
export type SchedulingEvent = {
  id: number;
  decisionKind: RecordedKind;
  /** The name of what was scheduled; for a message to an entity, the entity's instance id. Null for timers. */
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
      return { id: event.EventId, decisionKind: "event-sent", name: event.InstanceId };
  }
}

const WORDS = {
  activity: "an activity",
  "sub-orchestration": "a sub-orchestration",
  timer: "a timer",
  "event-sent": "a message to the entity",
} as const;

/**
 * The check that code and history still fit together.
 *
 * @throws ReplayFailure of kind `non-determinism`.
 * @see Azure/durabletask, DurableTask.Core/TaskOrchestrationContext.cs, HandleTaskScheduledEvent and its siblings
 */
export function assertSameDecision(recorded: SchedulingEvent, decision: Decision | undefined): void {
  const now = decision === undefined ? null : describe(recordedKind(decision), recordedName(decision));
  const before = describe(recorded.decisionKind, recorded.name);
  if (decision !== undefined && recordedKind(decision) === recorded.decisionKind) {
    if (isSameName(recordedName(decision), recorded.name)) return;
  }
  const what = now === null ? "has not scheduled anything under that number at this point" : `scheduled ${now} there`;
  throw new ReplayFailure(
    `An earlier run of this orchestration scheduled ${before} as action number ${recorded.id}, but replaying it now ${what}. ` +
      "Was the orchestrator's code changed while this instance was running, or does it depend on something that changes?",
    "non-determinism",
  );
}

function recordedKind({ kind }: { kind: Decision["kind"] }): RecordedKind {
  return kind === "activity" || kind === "sub-orchestration" || kind === "timer" ? kind : "event-sent";
}

function recordedName(decision: Decision): string | null {
  switch (decision.kind) {
    case "timer":
      return null;
    case "activity":
    case "sub-orchestration":
      return decision.action.name;
    case "entity-call":
    case "entity-signal":
      return decision.action.instanceId;
    case "entity-lock":
      return firstOfSet(decision.action);
    case "entity-release":
      return toInstanceId(decision.entity);
  }
}

/** The entity that a lock is asked of first. */
export function firstOfSet({ lockSet }: EntityLockAction): string {
  const [first] = lockSet;
  return first === undefined ? "" : toInstanceId(first);
}

function isSameName(a: string | null, b: string | null): boolean {
  return a?.toLowerCase() === b?.toLowerCase();
}

function describe(kind: SchedulingEvent["decisionKind"], name: string | null): string {
  return name === null ? WORDS[kind] : `${WORDS[kind]} named '${name}'`;
}

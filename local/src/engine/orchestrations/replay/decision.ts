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
 * An action of the orchestrator that takes an id. It is new until the history contains its scheduling event. `causedAt`
 * is UTC text, the time of the event that caused it: unlike the current time, it is the same when an episode is
 * repeated.
 */
export type Decision = { id: number; causedAt: string } & (
  | Exclude<LeafRequest, { kind: "external-event" }>
  | { kind: "entity-signal"; action: EntitySignalAction }
  | {
      kind: "entity-release";
      entity: EntityId;
      /** The lock's own id in the orchestration, and its request's id if the history contains it. */
      lockActionId: number;
      requestId: string | null;
    }
);

/** The kinds that the history distinguishes: every message to an entity is a sent event. */
export type RecordedKind = "activity" | "sub-orchestration" | "timer" | "event-sent";

/** What was scheduled under an id, according to the history. */
export type SchedulingEvent = {
  id: number;
  decisionKind: RecordedKind;
  /** The name of what was scheduled; for a message to an entity, the entity's instance id. Null for timers. */
  name: string | null;
};

/** What an event of the history scheduled, for comparison with a decision. */
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
 * Checks that code and history still match.
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

/** The first entity whose lock is requested. */
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

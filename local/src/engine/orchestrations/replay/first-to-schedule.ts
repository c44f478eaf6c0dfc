import { HTTP_ACTIVITY } from "../../history/http-activity-name.ts";
import type { Action, EntityLockAction, TaskAction } from "./action.ts";
import { firstOfSet, type RecordedKind } from "./decision.ts";

/** What an action would schedule, in the words of the history. */
type FirstScheduled = { kind: RecordedKind; name: string | null };

type ReplayState = {
  /** Whether the task of this action has been scheduled before. */
  isStarted(action: TaskAction): boolean;
  /** The lock of the critical section that the code is in; null: none. */
  lock: EntityLockAction | null;
};

/** The part of `action` that takes the next id; null if none does. */
export function firstToSchedule(action: Action, state: ReplayState): FirstScheduled | null {
  if ("tag" in action && state.isStarted(action)) return null;
  switch (action.kind) {
    case "activity":
    case "sub-orchestration":
      return { kind: action.kind, name: action.name };
    case "http":
      return { kind: "activity", name: HTTP_ACTIVITY };
    case "timer":
      return { kind: "timer", name: null };
    case "entity-call":
    case "entity-signal":
      return { kind: "event-sent", name: action.instanceId };
    case "entity-lock":
      return { kind: "event-sent", name: firstOfSet(action) };
    case "entity-release":
      return state.lock === null ? null : { kind: "event-sent", name: firstOfSet(state.lock) };
    case "when-all":
    case "when-any":
      return firstOfChildren(action.children, state);
    case "external-event":
    case "continue-as-new":
      return null;
  }
}

function firstOfChildren(children: readonly TaskAction[], state: ReplayState): FirstScheduled | null {
  for (const child of children) {
    const first = firstToSchedule(child, state);
    if (first !== null) return first;
  }
  return null;
}

import { isRecord } from "@same-kit/shared";
import type { TimerCreatedEvent } from "../engine/history/events.ts";
import { type Action, parseAction, type TaskAction, type TimerAction } from "../engine/orchestrations/replay/action.ts";
import { LONG_TIMER_SEGMENT_MS } from "../engine/orchestrations/replay/long-timer-task.ts";

/** All actions in the last reply of an orchestrator; some of them appear in no history. */
export function requestedActions(reply: unknown): TaskAction[] {
  const actions = isRecord(reply) && Array.isArray(reply["actions"]) ? reply["actions"].flat() : [];
  const flatten = (action: Action): TaskAction[] => {
    if (!("tag" in action)) return [];
    return "children" in action ? action.children.flatMap(flatten) : [action];
  };
  return actions.flatMap((it) => flatten(parseAction(it)));
}

/** The timer action that a history event belongs to: the history splits a long timer into parts of three days. */
export function findRequestedTimer(
  { FireAt, Timestamp }: TimerCreatedEvent,
  asked: readonly TaskAction[],
): TimerAction | null {
  const fireAt = Date.parse(FireAt);
  const isPart = Math.abs(fireAt - Date.parse(Timestamp) - LONG_TIMER_SEGMENT_MS) < 1000;
  const timers = asked.filter((it) => it.kind === "timer");
  const own = timers.find((it) => Date.parse(it.fireAt) === fireAt);
  const longer = isPart ? timers.find((it) => Date.parse(it.fireAt) > fireAt) : undefined;
  return own ?? longer ?? null;
}

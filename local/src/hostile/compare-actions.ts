import { isDeepStrictEqual } from "node:util";
import { isRecord } from "@same-kit/shared";
import type { OrchestratorReply } from "../engine/orchestrations/replay/orchestrator-reply.ts";

/** One action as the SDK wrote it. */
export type RawAction = Readonly<Record<string, unknown>>;

/** All actions of a reply in one list; empty if the orchestrator gave no valid reply. */
export function rawActions(reply: OrchestratorReply): RawAction[] {
  if (reply.kind !== "answered" || !Array.isArray(reply.actions)) return [];
  return reply.actions.flat().filter(isRecord);
}

/**
 * Describes the first action that differs; null if none does.
 *
 * @param mayGrow - `now` comes from a later call and may continue where `before` ends.
 */
export function compareActions(
  before: readonly RawAction[],
  now: readonly RawAction[],
  { mayGrow }: { mayGrow: boolean },
): string | null {
  const count = mayGrow ? before.length : Math.max(before.length, now.length);
  for (let index = 0; index < count; index += 1) {
    const [one, other] = [before[index], now[index]];
    if (isDeepStrictEqual(stable(one), stable(other))) continue;
    return `first ${describe(one)}, then ${describe(other)}.`;
  }
  return null;
}

// Members that may change: a timer can be canceled later, a task is tagged when the app uses it again, and the source
// location is not part of the request.
const CHANGING: readonly string[] = ["isCanceled", "taskTag", "source"];

function stable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stable);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).filter(([name]) => !CHANGING.includes(name));
  return Object.fromEntries(entries.map(([name, inner]) => [name, stable(inner)]));
}

// Indexed by the SDK's `ActionType`.
const KINDS = [
  "activity",
  "activity",
  "sub-orchestration",
  "sub-orchestration",
  "continueAsNew",
  "timer",
  "external event",
  "entity call",
  "HTTP call",
  "entity signal",
  "entity signal",
  "Task.any",
  "Task.all",
  "entity lock",
  "entity unlock",
];

const DETAILS: readonly string[] = ["functionName", "externalEventName", "operation", "fireAt", "input"];

function describe(action: RawAction | undefined): string {
  if (action === undefined) return "nothing more";
  const details = DETAILS.flatMap((name) => (action[name] === undefined ? [] : [text(action[name])]));
  const children = Array.isArray(action["compoundActions"]) ? action["compoundActions"].filter(isRecord) : [];
  const inner = children.length === 0 ? "" : ` of ${children.map(describe).join(" and ")}`;
  const place = typeof action["source"] === "string" ? ` (${action["source"]})` : "";
  return `${[KINDS[Number(action["actionType"])] ?? "something", ...details].join(" ")}${inner}${place}`;
}

const MAX_TEXT = 100;

function text(value: unknown): string {
  const whole = typeof value === "string" ? value : JSON.stringify(value);
  return whole.length > MAX_TEXT ? `${whole.slice(0, MAX_TEXT)}…` : whole;
}

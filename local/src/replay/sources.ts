import { isRecord } from "@same-kit/shared";
import type { Decision } from "../engine/orchestrations/replay/decision.ts";
import { nameOf } from "./divergence.ts";

type RawAction = Record<string, unknown>;

/** Where the app's code made a decision: `src/functions/order.js:12:34`; null if unknown. */
export function findSource(actions: unknown, decision: Decision): string | null {
  const all = flatten(actions);
  const name = nameOf(decision);
  const isNamed = (it: RawAction) => [it["functionName"], it["instanceId"], it["operation"]].includes(name);
  const candidates =
    decision.kind === "timer" ? all.filter((it) => it["fireAt"] === decision.fireAt) : all.filter(isNamed);
  const input = "action" in decision && "input" in decision.action ? JSON.stringify(decision.action.input) : undefined;
  const found = candidates.find((it) => JSON.stringify(it["input"]) === input) ?? candidates[0];
  return found === undefined ? null : sourceOf(found);
}

/** Where the code scheduled its last action; null if unknown. */
export function lastSource(actions: unknown): string | null {
  const last = flatten(actions).findLast((it) => sourceOf(it) !== null);
  return last === undefined ? null : sourceOf(last);
}

const sourceOf = ({ source }: RawAction): string | null => (typeof source === "string" ? source : null);

function flatten(actions: unknown): RawAction[] {
  const list: unknown[] = Array.isArray(actions) ? actions.flat() : [];
  return list.filter(isRecord).flatMap((it) => [it, ...flatten(it["compoundActions"])]);
}

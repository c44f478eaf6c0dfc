import { type Hint, hint } from "@same-kit/shared";
import { costNotes } from "../adapters/terraform/cost-notes.ts";
import type { PlannedChange } from "../adapters/terraform/plan-summary.ts";
import { lossesOf } from "./losses.ts";

const SIGN = { create: "+", update: "~", replace: "±", delete: "-" } as const;
const SHOWN_ATTRIBUTES = 6;

/** Describes a plan: one line per resource, what it would delete, and its costs. */
export function describePlan(
  { changes, variables }: { changes: readonly PlannedChange[]; variables: Record<string, unknown> },
  isDestroy: boolean,
): Hint[] {
  const counts = (["create", "update", "replace", "delete"] as const)
    .map((action) => [action, changes.filter((it) => it.action === action).length] as const)
    .filter(([, count]) => count > 0)
    .map(([action, count]) => `${count} to ${action}`);
  const losses = isDestroy ? [] : lossesOf(changes);
  const lost = losses.length === 0 ? [] : ["", "This plan permanently deletes:", ...losses.map((it) => `  ${it}`)];
  const notes = isDestroy ? [] : ["", ...costNotes(variables).map((note) => hint`  ${note}`)];
  return [`Plan: ${counts.join(", ") || "only outputs change"}.`, ...changes.map(describeChange), ...lost, ...notes];
}

function describeChange(change: PlannedChange): string {
  const why = reasonOf(change);
  const line = `  ${SIGN[change.action]} ${change.label.padEnd(34)} ${change.name ?? change.address}`;
  return why === "" ? line : `${line}  (${why})`;
}

function reasonOf({ action, attributes, isHalfMade }: PlannedChange): string {
  if (isHalfMade) return "left incomplete by an interrupted run";
  if (attributes.length === 0) return "";
  const more = attributes.length - SHOWN_ATTRIBUTES;
  const names = `${attributes.slice(0, SHOWN_ATTRIBUTES).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  return action === "replace" ? `replaced because of ${names}` : names;
}

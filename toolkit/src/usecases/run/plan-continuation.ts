// Decides which steps of an ended run a new run of the edited notebook keeps, and why each of the others runs.

import type { InitiateRequest, RequestedStep } from "@same-kit/functions-app/contract";
import { usageError } from "../../errors.ts";

export type EndedRun = {
  id: string;
  /** The request with which it was started. */
  request: InitiateRequest;
  /** The first steps that completed, or that it had kept itself. */
  completed: readonly string[];
};

type ContinuationWish = {
  /** The current notebook. */
  request: InitiateRequest;
  /** The first step to run; null: the first that failed, never ran or was changed. */
  from: string | null;
  /** The only step to run. */
  only: string | null;
};

export type PlannedStep = { name: string; fate: "kept" | "runs" | "left out"; why: string };

export type Continuation = {
  /** How many steps are kept; all of them if there is nothing to continue. */
  keeps: number;
  /** The request to send: all steps, or those up to the only one. */
  request: InitiateRequest;
  steps: readonly PlannedStep[];
  warnings: readonly string[];
};

/** @throws UsageError `ERR_USAGE` for a step that cannot be run alone or first. */
export function planContinuation(run: EndedRun, { request, from, only }: ContinuationWish): Continuation {
  const reasons = request.steps.map((step, index) => whyRuns(run, step, index));
  const found = reasons.findIndex((reason) => reason !== null);
  const natural = found < 0 ? request.steps.length : found;
  const wished = only ?? from;
  const keeps = wished === null ? natural : findWished(run, request, wished, only === null ? "--from" : "--only");
  const last = only === null ? request.steps.length : keeps + 1;
  const steps = request.steps.map(({ name }, index): PlannedStep => {
    if (index < keeps)
      return { name, fate: "kept", why: reasons[index] ? `as wished, although ${reasons[index]}` : KEPT };
    if (index >= last) return { name, fate: "left out", why: "it is not the step that --only names" };
    if (index > keeps) return { name, fate: "runs", why: reasons[index] ?? "a step before it runs" };
    return { name, fate: "runs", why: reasons[index] ?? `named by ${only === null ? "--from" : "--only"}` };
  });
  const warnings = steps
    .slice(0, keeps)
    .flatMap(({ name }, index) =>
      reasons[index] ? [`${name} is kept as it ran in ${run.id}, although ${reasons[index]}.`] : [],
    );
  return { keeps, request: { steps: request.steps.slice(0, last) }, steps, warnings };
}

const KEPT = "it completed and has not changed";

/** Null: the step's result from the earlier run is still valid. */
function whyRuns({ request, completed }: EndedRun, now: RequestedStep, index: number): string | null {
  const then = request.steps[index];
  if (then === undefined) return "it is new";
  if (then.name !== now.name) return `it took the place of ${then.name}`;
  if (then.code !== now.code) return "its code has changed";
  if (then.sources["requirements.txt"] !== now.sources["requirements.txt"]) return "its requirements have changed";
  if (then.sources["same.yaml"] !== now.sources["same.yaml"]) return "same.yaml has changed";
  if (cellsOf(then) !== cellsOf(now)) return "its cells have changed";
  if (now.keepsResults === true && then.keepsResults !== true) return "a later step now reads results of its cells";
  return completed[index] === now.name ? null : "it had not completed";
}

/** Without the cell numbers, which change with any text cell before them. */
function cellsOf({ cells }: RequestedStep): string {
  return JSON.stringify(cells?.map(({ lines, tags = [] }) => [lines, tags]) ?? null);
}

function findWished({ id, completed }: EndedRun, { steps }: InitiateRequest, wished: string, option: string): number {
  const index = steps.findIndex(({ name }) => name === wished || name === toStepName(wished));
  if (index < 0) {
    const names = steps.map(({ name }) => name).join(", ");
    throw usageError(`${option} ${wished} is not a step of the notebook.`, `Its steps: ${names}.`);
  }
  const missing = steps.slice(0, index).find(({ name }, at) => completed[at] !== name);
  if (missing === undefined) return index;
  throw usageError(
    `${option} ${wished} needs the results of ${missing.name}, which did not complete in the run ${id}.`,
    `Name ${missing.name} or a step before it.`,
  );
}

/** `2` for `same_step_002`. */
const toStepName = (text: string): string => (/^\d+$/.test(text) ? `same_step_${text.padStart(3, "0")}` : text);

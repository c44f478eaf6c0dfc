import type { CacheOutcome, StepDetails, VariableSummary } from "@same-kit/functions-app/contract";

/** The result of one step. */
export type StepResult = {
  name: string;
  status: "completed" | "failed" | "unfinished" | "not-run";
  /** ISO 8601; null if it never ran. */
  startedAt: string | null;
  durationMs: number | null;
  codeMs: number | null;
  python: string | null;
  environment: string | null;
  warnings: readonly string[];
  /** What its cells printed and displayed; null if it is unknown. */
  details: StepDetails | null;
  failure: { type: string; message: string; traceback: string } | null;
  /** The earlier run in which it ran; null: it ran in this one. */
  keptFrom: string | null;
  /** The outcome of the cache lookup; null if the cache was not used. */
  cache: CacheOutcome | null;
  /** The numbers of the notebook's cells that form its code, from 1. */
  cells: readonly number[];
};

/** All that is known about an ended run, for its notebook and its report. */
export type RunResults = {
  id: string;
  notebook: string;
  status: string;
  startedAt: string;
  durationMs: number;
  /** Why the run did not complete, if this was not caused by a step. */
  failure: string | null;
  steps: readonly StepResult[];
  variables: readonly VariableSummary[];
  variablesOmitted: number;
  warnings: readonly string[];
  python: { version: string; implementation: string; executable?: string; dill: string } | null;
};

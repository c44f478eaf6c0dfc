import type { CacheOutcome, StepDetails, VariableSummary } from "@same-kit/functions-app/contract";

/** What became of one step. */
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
  /** What its cells printed and showed; null if nothing is known of it. */
  details: StepDetails | null;
  failure: { type: string; message: string; traceback: string } | null;
  /** The earlier run in which it ran; null: it ran in this one. */
  keptFrom: string | null;
  /** What the cache did for it; null if it was not asked. */
  cache: CacheOutcome | null;
  /** The notebook's cells that are its code, by their number from 1. */
  cells: readonly number[];
};

/** All that is known of a run that is over, for its notebook and its report. */
export type RunResults = {
  id: string;
  notebook: string;
  status: string;
  startedAt: string;
  durationMs: number;
  /** What kept it from completing, where no step did. */
  failure: string | null;
  steps: readonly StepResult[];
  variables: readonly VariableSummary[];
  variablesOmitted: number;
  warnings: readonly string[];
  python: { version: string; implementation: string; executable?: string; dill: string } | null;
};

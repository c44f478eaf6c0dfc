import type { BlobReference } from "./blob-reference.ts";
import type { CacheOutcome } from "./step-cache.ts";
import type { StepDetails } from "./step-details.ts";

/** The orchestration's output. */
export type RunResult = {
  /**
   * URL-safe base64 of the last step's session, as `dill.dump_session` wrote it. Empty if it is larger than
   * `SAME_INLINE_SESSION_LIMIT`; `session_context_parts` is then set instead.
   */
  session_context: string;
  /** The blob with the session's SessionDescription; only if the session exceeds the limit. Purging the run removes it with its parts. */
  session_context_parts?: BlobReference;
  steps: StepRecord[];
  variables: VariableSummary[];
  /** How many variables `variables` omits. */
  variables_omitted?: number;
  /** The Python that wrote the session: its functions and classes cannot be loaded by any other minor version. */
  python: SessionPython;
};

export type StepRecord = {
  name: string;
  /** ISO 8601. */
  startedAt: string;
  /** Wall time of the step, including Python's start and the creation of an environment. */
  durationMs: number;
  /** The part of `durationMs` that the step's own code took. */
  codeMs: number;
  /** For example `3.12.4`. */
  python: string;
  /** `base`, or `requirements:` and the first digits of the environment's key. */
  environment: string;
  /** The end of each stream, for clients that do not read the details. */
  output: { stdout: string; stderr: string };
  warnings: string[];
  /** What its cells printed and displayed: inline if small, otherwise a blob of the run. */
  details?: StepDetails | BlobReference;
  /** The manifest of the files in the working directory after the step; absent if there are none. */
  files?: BlobReference;
  /** The earlier run in which it ran; absent for a step that this run executed. */
  keptFrom?: string;
  /** The outcome of the cache lookup; absent if the request did not use the cache. */
  cache?: CacheOutcome;
};

/** For a failed step: without the fields that it did not get to. */
export type FailedStepRecord = Omit<StepRecord, "codeMs" | "python" | "environment"> &
  Partial<Pick<StepRecord, "codeMs" | "python" | "environment">>;

export type VariableSummary = {
  name: string;
  /** For example `int`, `pandas.core.frame.DataFrame`. */
  type: string;
  /** Deep size in memory; absent if it could not be measured. */
  sizeBytes?: number;
  /** At most 200 characters. */
  repr: string;
  /** Why using it in a later step raises an error. */
  exploded?: string;
};

export type SessionPython = {
  version: string;
  /** `CPython`. */
  implementation: string;
  executable?: string;
  /** Version of dill. */
  dill: string;
};

/** The orchestration's custom status, during and after the run. */
export type CustomStatus = {
  /** The current step, or the last one that ran; `index` counts from 0. */
  step: { name: string; index: number; total: number };
  /** The latest completed steps: Durable allows 16 KB, so the oldest ones of a long list are omitted. */
  completed: { name: string; durationMs: number }[];
  completedCount: number;
  /** The step that failed the run, with the end of its output. The activity's result in the history is the whole record. */
  failed?: FailedStepRecord & { type: string; message: string };
};

/** The text of the orchestration's failure after Durable's own prefix. */
export function stepFailureText({ step, type, message, traceback }: StepFailureText): string {
  const summary = `Step "${step}" failed: ${type}${message === "" ? "" : `: ${message}`}`;
  return traceback === "" ? summary : `${summary}\n\n${traceback}`;
}

export type StepFailureText = { step: string; type: string; message: string; traceback: string };

/** The parts of a failed orchestration's text; undefined if no step failed. */
export function parseStepFailure(text: string): { step: string; summary: string; traceback: string } | undefined {
  const match = /Step "(.*?)" failed: ([\s\S]*)$/.exec(text);
  const [, step, rest] = match ?? [];
  if (step === undefined || rest === undefined) return undefined;
  const start = rest.indexOf("\n\nTraceback ");
  if (start < 0) return { step, summary: rest, traceback: "" };
  return { step, summary: rest.slice(0, start), traceback: rest.slice(start + 2) };
}

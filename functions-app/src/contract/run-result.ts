import type { BlobReference } from "./blob-reference.ts";
import type { CacheOutcome } from "./step-cache.ts";
import type { StepDetails } from "./step-details.ts";

/** The orchestration's output. */
export type RunResult = {
  /**
   * URL-safe base64 of the last step's session, as `dill.dump_session` wrote it. Empty where it is larger than
   * `SAME_INLINE_SESSION_LIMIT`: then there is `session_context_parts`.
   */
  session_context: string;
  /** The blob with the session's SessionDescription; only beyond the limit. Purging the run removes it with its parts. */
  session_context_parts?: BlobReference;
  steps: StepRecord[];
  variables: VariableSummary[];
  /** How many more variables there are than `variables` lists. */
  variables_omitted?: number;
  /** What wrote the session: functions and classes in it load in no other minor version of Python. */
  python: SessionPython;
};

export type StepRecord = {
  name: string;
  /** ISO 8601. */
  startedAt: string;
  /** Wall time of the step, Python's start and the making of an environment included. */
  durationMs: number;
  /** Time inside `durationMs` that the step's own code took. */
  codeMs: number;
  /** For example `3.12.4`. */
  python: string;
  /** `base`, or `requirements:` and the first digits of the environment's key. */
  environment: string;
  /** The end of each stream, for clients that read no details. */
  output: { stdout: string; stderr: string };
  warnings: string[];
  /** What its cells printed and showed: small ones as they are, others as a blob of the run. */
  details?: StepDetails | BlobReference;
  /** The manifest of the files in the working directory after it; absent where there are none. */
  files?: BlobReference;
  /** The earlier run in which it ran; absent for a step that this run executed. */
  keptFrom?: string;
  /** What the cache did for it; absent where the request asked for none. */
  cache?: CacheOutcome;
};

/** For a step that failed: without what it did not reach. */
export type FailedStepRecord = Omit<StepRecord, "codeMs" | "python" | "environment"> &
  Partial<Pick<StepRecord, "codeMs" | "python" | "environment">>;

export type VariableSummary = {
  name: string;
  /** For example `int`, `pandas.core.frame.DataFrame`. */
  type: string;
  /** Deep size in memory; absent where it could not be measured. */
  sizeBytes?: number;
  /** At most 200 characters. */
  repr: string;
  /** Why using it in a later step raises. */
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

/** The orchestration's custom status while and after it runs. */
export type CustomStatus = {
  /** The step that runs, or the last one that ran; `index` counts from 0. */
  step: { name: string; index: number; total: number };
  /** The latest completed steps: Durable allows 16 KB, so the oldest ones are left out of a long list. */
  completed: { name: string; durationMs: number }[];
  completedCount: number;
  /** The step that failed the run, with the end of what it printed; the whole record is its activity's result in the history. */
  failed?: FailedStepRecord & { type: string; message: string };
};

/** How the orchestration's failure reads after Durable's own prefix. */
export function stepFailureText({ step, type, message, traceback }: StepFailureText): string {
  const summary = `Step "${step}" failed: ${type}${message === "" ? "" : `: ${message}`}`;
  return traceback === "" ? summary : `${summary}\n\n${traceback}`;
}

export type StepFailureText = { step: string; type: string; message: string; traceback: string };

/** The parts of a failed orchestration's text; undefined where no step failed. */
export function parseStepFailure(text: string): { step: string; summary: string; traceback: string } | undefined {
  const match = /Step "(.*?)" failed: ([\s\S]*)$/.exec(text);
  const [, step, rest] = match ?? [];
  if (step === undefined || rest === undefined) return undefined;
  const start = rest.indexOf("\n\nTraceback ");
  if (start < 0) return { step, summary: rest, traceback: "" };
  return { step, summary: rest.slice(0, start), traceback: rest.slice(start + 2) };
}

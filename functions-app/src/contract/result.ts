/** What a step printed at its end, cut at the front. */
export type OutputTail = { stdout: string; stderr: string; isCut: boolean };

export type StepRecord = {
  name: string;
  startedAt: string;
  durationMs: number;
  /** Version of the Python that ran it. */
  python: string;
  /** `base`, or the first digits of the requirements' environment. */
  environment: string;
  output: OutputTail;
  warnings: string[];
};

/** A global at the end of the run. */
export type VariableSummary = {
  name: string;
  type: string;
  /** Deep size, an estimate. */
  sizeBytes: number;
  /** At most 200 characters. */
  repr: string;
  /** Why it could not be carried on; using it raises with this text. */
  exploded?: string;
};

/** Which Python and dill wrote the session: only the same minor version reads its functions and classes. */
export type PythonFacts = { version: string; implementation: string; executable?: string; dill: string };

/** The orchestration's output. Upstream's client reads `session_context` alone. */
export type RunResult = {
  /** URL-safe base64 of the last dill session; empty where it is too large to travel inline. */
  session_context: string;
  /** `container/blob` in the app's storage account, where `session_context` is empty. */
  session_context_blob?: string;
  steps: StepRecord[];
  variables: VariableSummary[];
  python: PythonFacts;
};

/** The orchestration's custom status while it runs. */
export type CustomStatus = {
  step: { name: string; index: number; total: number };
  completed: { name: string; durationMs: number }[];
};

export const OUTPUT_TAIL_BYTES = 64 * 1024;

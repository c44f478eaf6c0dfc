import type { StepRequest } from "../contract/request.ts";
import type { PythonFacts, StepRecord, VariableSummary } from "../contract/result.ts";

export const ORCHESTRATOR = "orchestrator";
export const EXECUTOR = "executor";

export type PipelineInput = { steps: StepRequest[]; environment: string };

/** A session that a step left: by reference, never through history. */
export type SessionReference = { blob: string; sha256: string; python: PythonFacts };

export type ExecutorInput = {
  instanceId: string;
  step: StepRequest;
  environment: string;
  session: SessionReference | null;
  /** The last step's session goes into the output. */
  isLast: boolean;
};

export type ExecutorResult =
  | {
      kind: "completed";
      session: SessionReference | null;
      /** URL-safe base64; only of the last step, and only up to a limit. */
      inlineSession: string;
      record: StepRecord;
      variables: VariableSummary[];
      python: PythonFacts;
    }
  /** The step's code, its environment or its time came to an end: a value, not an error of the app. */
  | { kind: "failed"; message: string };

// What travels between initiator, orchestrator and executor. It is stored in history, so it stays small: contents beyond a few KiB and
// every session context are references to blobs.

import type { BlobReference } from "./blob-reference.ts";
import type { RequestedCell, SourceName } from "./initiate-request.ts";
import type { FailedStepRecord, SessionPython, StepRecord, VariableSummary } from "./run-result.ts";
import type { CacheWish } from "./step-cache.ts";

export const ORCHESTRATOR = "orchestrator";
export const EXECUTOR = "executor";
export const TIDY = "tidy";

/** URL-safe base64, or the blob that holds the decoded bytes. */
export type Content = string | BlobReference;

export type PipelineStep = {
  name: string;
  code: Content;
  sources: Partial<Record<SourceName, Content>>;
  /** Absent for a client that knows steps only. */
  cells?: readonly RequestedCell[];
  keepsResults?: boolean;
  cache?: CacheWish;
};

export type PipelineInput = {
  steps: PipelineStep[];
  same_env?: string;
  /** The manifest of what the client sent. */
  files?: BlobReference;
  /** Absent for a run that begins with its first step. */
  kept?: KeptSteps;
};

export type SessionReference = { blob: BlobReference; python: SessionPython };

/** The first steps of a run that continues an earlier one: they do not run again. All blobs are the new run's own. */
export type KeptSteps = {
  records: StepRecord[];
  /** What the last of them left. */
  session?: SessionReference;
  files?: BlobReference;
};

export type ExecutorInput = {
  instanceId: string;
  /** Absent: what the step's same.yaml says. */
  sameEnv?: string;
  step: PipelineStep;
  isLast: boolean;
  /** To keep in the history of each output stream. */
  outputTailCharacters: number;
  /** What the previous step left. */
  session?: SessionReference;
  /** The manifest of the files that it finds. */
  files?: BlobReference;
};

/** After a run has completed. */
export type TidyInput = {
  instanceId: string;
  /** The result's, where it is not inline. */
  session?: BlobReference;
};

export type StepFailure = { type: string; message: string; traceback: string };

/** A step that fails is a value: it is the user's matter, not an error of the app. */
export type ExecutorResult =
  | { kind: "failed"; failure: StepFailure; record?: FailedStepRecord }
  | {
      kind: "completed";
      record: StepRecord;
      python: SessionPython;
      /** The step ended the run, as `sys.exit()` does: it is the last one. */
      hasExited?: boolean;
      /** A SessionDescription; absent where the session is inline. */
      session?: BlobReference;
      /** Set for the last step: sessions have left files that the result may not need. */
      leavesParts?: true;
      /** For the last step, up to the limit: the session itself, URL-safe base64. */
      session_context?: string;
      variables?: VariableSummary[];
      variables_omitted?: number;
    };

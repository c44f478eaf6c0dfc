// What is passed between initiator, orchestrator and executor. It is stored in history, so it stays small: contents beyond a few KiB
// and every session context are references to blobs.

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

/** The first steps of a run that continues an earlier one: they do not run again. All blobs belong to the new run. */
export type KeptSteps = {
  records: StepRecord[];
  /** The session after the last of them. */
  session?: SessionReference;
  files?: BlobReference;
};

export type ExecutorInput = {
  instanceId: string;
  /** Absent: the environment that the step's same.yaml names. */
  sameEnv?: string;
  step: PipelineStep;
  isLast: boolean;
  /** How many characters of each output stream the history keeps. */
  outputTailCharacters: number;
  /** The session after the previous step. */
  session?: SessionReference;
  /** The manifest of the files in its working directory at the start. */
  files?: BlobReference;
};

/** After a run has completed. */
export type TidyInput = {
  instanceId: string;
  /** The session of the result, if it is not inline. */
  session?: BlobReference;
};

export type StepFailure = { type: string; message: string; traceback: string };

/** A failed step is a value: the failure belongs to the user's code and is not an error of the app. */
export type ExecutorResult =
  | { kind: "failed"; failure: StepFailure; record?: FailedStepRecord }
  | {
      kind: "completed";
      record: StepRecord;
      python: SessionPython;
      /** The step ended the run, as `sys.exit()` does: it is the last one. */
      hasExited?: boolean;
      /** A SessionDescription; absent if the session is inline. */
      session?: BlobReference;
      /** Set for the last step if sessions have left files that the result may not need. */
      leavesParts?: true;
      /** For the last step, up to the limit: the session itself, URL-safe base64. */
      session_context?: string;
      variables?: VariableSummary[];
      variables_omitted?: number;
    };

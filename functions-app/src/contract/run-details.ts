import type { PipelineStep, StepFailure } from "./executor-call.ts";
import type { FailedStepRecord, StepRecord } from "./run-result.ts";
import type { StepDetails } from "./step-details.ts";

/** Response of `GET /api/runs/ID`: what is known about a run's steps, in any state of the run. */
export type RunDetails = {
  id: string;
  /** Durable's name: `Running`, `Completed`, `Failed`, `Terminated` … */
  runtimeStatus: string;
  /** Those that have completed. */
  steps: StepRecord[];
  failed: (FailedStepRecord & { failure: StepFailure }) | null;
  /** What the current step has shown so far, or had shown when the run was ended. */
  unfinished: { step: string; details: StepDetails } | null;
};

/** Response of `GET /api/runs/ID?whole=true`: adds everything that a client needs if it did not start the run. */
export type WholeRun = RunDetails & {
  /** ISO 8601. */
  createdTime: string;
  /** When the run ended, once it has. */
  lastUpdatedTime: string;
  /** The {@link RunResult} of a completed run, otherwise the text of the failure. */
  output: unknown;
  /** The steps with which it was started; large contents are blobs of the run. Null for an orchestration that does not run a notebook. */
  requested: PipelineStep[] | null;
};

/** Largest part of a blob in one response of `GET /api/runs/ID/blobs/NAME?offset=N`; `x-blob-size` has the total size. */
export const BLOB_PART_BYTES = 8 * 1024 * 1024;
export const BLOB_SIZE_HEADER = "x-blob-size";

import type { PipelineStep, StepFailure } from "./executor-call.ts";
import type { FailedStepRecord, StepRecord } from "./run-result.ts";
import type { StepDetails } from "./step-details.ts";

/** Answer of `GET /api/runs/ID`: what is known of a run's steps, however it ended, and while it runs. */
export type RunDetails = {
  id: string;
  /** As Durable has it: `Running`, `Completed`, `Failed`, `Terminated` … */
  runtimeStatus: string;
  /** Those that have completed. */
  steps: StepRecord[];
  failed: (FailedStepRecord & { failure: StepFailure }) | null;
  /** What the step has shown so far that runs, or ran when the run was ended. */
  unfinished: { step: string; details: StepDetails } | null;
};

/** Answer of `GET /api/runs/ID?whole=true`: besides, all that a client needs that did not start the run. */
export type WholeRun = RunDetails & {
  /** ISO 8601. */
  createdTime: string;
  /** When it ended, once it has. */
  lastUpdatedTime: string;
  /** A {@link RunResult} of a run that completed, the text of another's failure. */
  output: unknown;
  /** What it was started with; large contents are blobs of the run. Null for an orchestration that does not run a notebook. */
  requested: PipelineStep[] | null;
};

/** Largest part of a blob in one answer of `GET /api/runs/ID/blobs/NAME?offset=N`; `x-blob-size` says how large all of it is. */
export const BLOB_PART_BYTES = 8 * 1024 * 1024;
export const BLOB_SIZE_HEADER = "x-blob-size";

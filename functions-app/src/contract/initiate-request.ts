// The body of `POST /api/initiate` and its checks. Upstream: sameproject/ops/functions/functions/orchestrator/orchestrator.py.

import type { FilesRequest } from "./run-files.ts";
import type { CacheWish } from "./step-cache.ts";

/** A file that a step finds in its working directory. No other name is allowed. */
export type SourceName = "same.yaml" | "requirements.txt";

export type RequestedStep = {
  name: string;
  /** URL-safe base64 of UTF-8 Python. */
  code: string;
  /** URL-safe base64 each. */
  sources: { "same.yaml": string; "requirements.txt"?: string };
  /** Which lines of the code belong to which cell of the notebook. Upstream's clients do not send it: then all of the code is one script. */
  cells?: readonly RequestedCell[];
  /** Whether a later step reads the results of this one's cells, as `_` or `Out`: then they are passed on too. */
  keepsResults?: boolean;
  /** Absent: the step always runs, and its result is not cached. */
  cache?: CacheWish;
};

export type RequestedCell = {
  /** The number of the cell among all cells of the notebook, from 1. */
  number: number;
  /** How many lines of the step's code belong to the cell. The cells follow one another and cover all of the code. */
  lines: number;
  /** Only tags that change how it runs: `raises-exception`. */
  tags?: readonly string[];
};

export type InitiateRequest = {
  steps: RequestedStep[];
  /** The run's files with all their contents, instead of a request of their own before. The app checks them when it stores them. */
  files?: FilesRequest;
};

export const SOURCE_NAMES: readonly SourceName[] = ["same.yaml", "requirements.txt"];

/**
 * First line of a requirements.txt that adds to the interpreter's own packages instead of replacing them, which is the effect of
 * `%pip install` in a notebook without a requirements file. For pip and all other readers it is a comment.
 */
export const WITH_OWN_PACKAGES = "# same-kit: besides the interpreter's own packages";

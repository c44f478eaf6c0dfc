// What a step's cells printed and showed. It travels by reference: a blob of the run in the app's storage, never the history.

import type { BlobReference } from "./blob-reference.ts";

/** An output as notebooks keep it (nbformat 4.5). */
export type CellOutput =
  | { output_type: "stream"; name: StreamName; text: string }
  | { output_type: "display_data"; data: MimeBundle; metadata: Record<string, unknown>; display_id?: string }
  | { output_type: "execute_result"; execution_count: number; data: MimeBundle; metadata: Record<string, unknown> }
  | { output_type: "error"; ename: string; evalue: string; traceback: string[] };

export type StreamName = "stdout" | "stderr";

/** By MIME type: text, base64 of what is binary, or JSON. */
export type MimeBundle = Record<string, unknown>;

export type CellRecord = {
  /** As a reader counts the notebook's cells, from 1; null where the request knew no cells, and for what ran before the first. */
  cell: number | null;
  executionCount: number | null;
  /** ISO 8601. */
  startedAt: string | null;
  /** Absent where it did not end. */
  durationMs?: number;
  status: "ok" | "error" | "unfinished";
  outputs: CellOutput[];
};

export type StepDetails = {
  formatVersion: 1;
  cells: CellRecord[];
  /** What was shown again in place of an earlier step's output; by display ID, the latest last. */
  updates?: { display_id: string; data: MimeBundle; metadata: Record<string, unknown> }[];
  /** The variables that the step left for the next one, or as its result. */
  crossing?: CrossingVariable[];
  /** What could not reach the next step. */
  lost?: LostVariable[];
  /** Files that are needed to show outputs, by name: `plotly.min.js`. */
  assets?: Record<string, BlobReference>;
  /** Packages that the step used, and their versions. */
  packages?: Record<string, string>;
  /** What its environment was made of; absent for an interpreter's own packages. */
  lock?: EnvironmentLock;
};

/** What a requirements.txt became. */
export type EnvironmentLock = {
  /** `uv 0.9.2`, `pip 25.0`. */
  installer: string;
  /** As lines of a requirements.txt, with exact versions. */
  packages: readonly string[];
};

export type CrossingVariable = {
  name: string;
  /** For example `pandas.core.frame.DataFrame`. */
  type: string;
  /** Deep size in memory. */
  sizeBytes: number;
  /** The cell that made it; null where that is not known. */
  cell: number | null;
  /** Whether its value is another than the step before left; null where that is not known, absent for a new variable. */
  changed?: boolean | null;
};

export type LostVariable = {
  name: string;
  type: string;
  cell: number | null;
  /** A sentence without its full stop. */
  reason: string;
  /** What to do about it, as a sentence. */
  remedy: string;
};

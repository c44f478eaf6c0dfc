// What a step's cells printed and displayed. It is passed by reference, as a blob of the run in the app's storage, never in the history.

import type { BlobReference } from "./blob-reference.ts";

/** An output in the format of notebooks (nbformat 4.5). */
export type CellOutput =
  | { output_type: "stream"; name: StreamName; text: string }
  | { output_type: "display_data"; data: MimeBundle; metadata: Record<string, unknown>; display_id?: string }
  | { output_type: "execute_result"; execution_count: number; data: MimeBundle; metadata: Record<string, unknown> }
  | { output_type: "error"; ename: string; evalue: string; traceback: string[] };

export type StreamName = "stdout" | "stderr";

/** By MIME type: text, base64 of binary data, or JSON. */
export type MimeBundle = Record<string, unknown>;

export type CellRecord = {
  /** The cell's number in the notebook, from 1; null if the request has no cells, and for output before the first cell. */
  cell: number | null;
  executionCount: number | null;
  /** ISO 8601. */
  startedAt: string | null;
  /** Absent if it did not finish. */
  durationMs?: number;
  status: "ok" | "error" | "unfinished";
  outputs: CellOutput[];
};

export type StepDetails = {
  formatVersion: 1;
  cells: CellRecord[];
  /** Updates of outputs of earlier steps, by display ID; the latest is the last. */
  updates?: { display_id: string; data: MimeBundle; metadata: Record<string, unknown> }[];
  /** The variables that the step passed to the next one, or that are in its result. */
  crossing?: CrossingVariable[];
  /** Variables that could not be passed on. */
  lost?: LostVariable[];
  /** Files that are needed to display outputs, by name: `plotly.min.js`. */
  assets?: Record<string, BlobReference>;
  /** Packages that the step used, with their versions. */
  packages?: Record<string, string>;
  /** The contents of its environment; absent for an interpreter's own packages. */
  lock?: EnvironmentLock;
};

/** The environment that a requirements.txt resolved to. */
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
  /** The cell that created it; null if it is unknown. */
  cell: number | null;
  /** Whether its value differs from the one after the previous step; null if unknown, absent for a new variable. */
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

import type { ExecutorResult, SessionReference } from "../../contract/executor-call.ts";
import type { RunFile } from "../../contract/run-files.ts";
import type { StepRecord } from "../../contract/run-result.ts";
import { CACHE_FORMAT, type Ingredients } from "./ingredients.ts";
import type { SeenFile } from "./seen-files.ts";

export type Completed = Extract<ExecutorResult, { kind: "completed" }>;

/** A step's result and its ingredients. Its contents are stored below its own name in the cache. */
export type CacheEntry = {
  formatVersion: typeof CACHE_FORMAT;
  /** ISO 8601. */
  storedAt: string;
  /** The run in which the step ran. */
  runId: string;
  ingredients: Ingredients;
  seen: SeenFile[];
  /** The numbers of its cells. */
  cells: number[];
  /** The changes that it made to the working directory. */
  changed: RunFile[];
  deleted: string[];
  record: StepRecord;
  session?: SessionReference;
} & Pick<Completed, "python" | "hasExited" | "variables" | "variables_omitted">;

/** @returns undefined if the content is damaged, or of another format. */
export function parseEntry(content: Buffer | undefined): CacheEntry | undefined {
  try {
    const entry = JSON.parse(String(content)) as CacheEntry;
    return entry.formatVersion === CACHE_FORMAT && Array.isArray(entry.seen) ? entry : undefined;
  } catch {
    return undefined;
  }
}

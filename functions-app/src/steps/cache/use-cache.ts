import type { RunFile } from "../../contract/run-files.ts";
import type { StepDeps } from "../step-deps.ts";
import type { Completed } from "./cache-entry.ts";
import type { StepFacts } from "./ingredients.ts";
import type { ReportedReads } from "./seen-files.ts";
import { StepCache } from "./step-cache.ts";

/** @returns undefined for a step that does not use the cache. */
export function openCache(
  facts: StepFacts,
  { blobs: runBlobs, sessions: runSessions, cache }: StepDeps,
): StepCache | undefined {
  if (facts.input.step.cache === undefined) return undefined;
  return new StepCache({ ...facts, runBlobs, runSessions, blobs: cache.blobs, now: Date.now });
}

type KeptResult = {
  result: Completed;
  /** Undefined if they are not known. */
  reads: ReportedReads | undefined;
  /** The working directory after the step. */
  files: readonly RunFile[];
  deps: Pick<StepDeps, "cache" | "limits">;
};

/** A result that cannot be stored is still valid. @returns The result, with the outcome of the cache lookup. */
export async function keepInCache(
  cache: StepCache | undefined,
  { result, reads, files, deps }: KeptResult,
): Promise<Completed> {
  if (cache === undefined || reads === undefined) return result;
  const record = { ...result.record, cache: cache.missed };
  try {
    const sizeBytes = await cache.keep(result, reads, files);
    await deps.cache.tidier.afterStoring(sizeBytes, deps.cache.blobs, deps.limits);
    return { ...result, record };
  } catch (error) {
    const warning = `The result could not be kept in the cache: ${(error as Error).message}`;
    return { ...result, record: { ...record, warnings: [...record.warnings, warning] } };
  }
}

// What a run keeps of an earlier one. It is copied below the new run's own prefix, so that each can be purged without the other.

import type { ExecutorResult, KeptSteps } from "../contract/executor-call.ts";
import { ContentCopy } from "./content-copy.ts";
import { inParallel } from "./in-parallel.ts";
import type { RunBlobs } from "./run-blobs.ts";
import type { SessionParts } from "./session-parts.ts";

type Completed = Extract<ExecutorResult, { kind: "completed" }>;

type EarlierRun = {
  id: string;
  /** What the earlier run itself had kept. */
  kept?: KeptSteps | undefined;
  /** One for each step that it executed. */
  results: readonly ExecutorResult[];
};

type KeepSteps = {
  from: EarlierRun;
  /** The new run. */
  to: string;
  count: number;
  blobs: Pick<RunBlobs, "load" | "save" | "listFiles" | "loadFile" | "saveFile">;
  sessions: SessionParts;
};

/** How many steps of a run can be kept: those that completed. */
export function countKeepable({ kept, results }: Pick<EarlierRun, "kept" | "results">): number {
  return (kept?.records.length ?? 0) + results.filter(({ kind }) => kind === "completed").length;
}

/**
 * Copies the data of the first `count` steps: records, outputs, files, and the session of the last of them.
 *
 * @returns undefined if the earlier run has no session of that step, because it kept more steps itself than requested.
 * @throws SessionGone
 */
export async function keepSteps({ from, to, count, blobs, sessions }: KeepSteps): Promise<KeptSteps | undefined> {
  const before = from.kept?.records ?? [];
  const completed = from.results.filter((result): result is Completed => result.kind === "completed");
  const last = completed[count - before.length - 1];
  if (count < before.length || (last === undefined && count !== before.length)) return undefined;
  const copy = new ContentCopy({ id: from.id, blobs, sessions }, { id: to, blobs, sessions });
  const records = [...before, ...completed.map(({ record }) => record)].slice(0, count);
  const session = last === undefined ? await copy.session(from.kept?.session) : await copy.sessionOf(last);
  const kept = await inParallel(records, async (record) => ({
    ...record,
    keptFrom: record.keptFrom ?? from.id,
    ...(record.details !== undefined && { details: await copy.details(record.details) }),
    ...(record.files !== undefined && { files: await copy.manifest(record.files) }),
  }));
  await copy.files();
  const files = kept.at(-1)?.files;
  return { records: kept, ...(session && { session }), ...(files && { files }) };
}

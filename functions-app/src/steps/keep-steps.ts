// What a run keeps of an earlier one. It is copied below the new run's own prefix: purging either of them cannot take the other's.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fromUrlSafeBase64 } from "../contract/base64.ts";
import type { BlobReference } from "../contract/blob-reference.ts";
import type { ExecutorResult, KeptSteps, SessionReference } from "../contract/executor-call.ts";
import type { FileManifest } from "../contract/run-files.ts";
import type { StepRecord } from "../contract/run-result.ts";
import type { StepDetails } from "../contract/step-details.ts";
import { inParallel } from "./in-parallel.ts";
import type { RunBlobs } from "./run-blobs.ts";

type Completed = Extract<ExecutorResult, { kind: "completed" }>;

export type EarlierRun = {
  id: string;
  /** What it had kept itself. */
  kept?: KeptSteps | undefined;
  /** One for each step that it executed. */
  results: readonly ExecutorResult[];
};

export type KeepSteps = {
  from: EarlierRun;
  /** The new run. */
  to: string;
  count: number;
  blobs: Pick<RunBlobs, "load" | "save" | "listFiles" | "loadFile" | "saveFile">;
};

/** How many steps of a run can be kept: those that completed. */
export function countKeepable({ kept, results }: Pick<EarlierRun, "kept" | "results">): number {
  return (kept?.records.length ?? 0) + results.filter(({ kind }) => kind === "completed").length;
}

/**
 * Copies what the first `count` steps left: records, outputs, files, and the session of the last of them.
 *
 * @returns undefined where the earlier run has no session of that step: it kept more steps itself than are asked for.
 */
export async function keepSteps({ from, to, count, blobs }: KeepSteps): Promise<KeptSteps | undefined> {
  const before = from.kept?.records ?? [];
  const completed = from.results.filter((result): result is Completed => result.kind === "completed");
  const last = completed[count - before.length - 1];
  if (count < before.length || (last === undefined && count !== before.length)) return undefined;
  const copy = new RunCopy(from.id, to, blobs);
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

class RunCopy {
  readonly #from: string;
  readonly #to: string;
  readonly #blobs: KeepSteps["blobs"];
  readonly #hashes = new Set<string>();

  constructor(from: string, to: string, blobs: KeepSteps["blobs"]) {
    this.#from = from;
    this.#to = to;
    this.#blobs = blobs;
  }

  async session(reference: SessionReference | undefined): Promise<SessionReference | undefined> {
    return reference && { ...reference, blob: await this.#copy("session", reference.blob) };
  }

  /** The session of a run's last step lies in its result. */
  async sessionOf({
    session: blob,
    session_context: inline,
    python,
  }: Completed): Promise<SessionReference | undefined> {
    if (blob !== undefined) return this.session({ blob, python });
    const content = inline === undefined ? undefined : fromUrlSafeBase64(inline);
    return content && { blob: await this.#blobs.save(this.#to, "session", content), python };
  }

  async details(details: NonNullable<StepRecord["details"]>): Promise<NonNullable<StepRecord["details"]>> {
    if ("cells" in details) return details;
    const content = await this.#blobs.load(this.#from, details);
    const { assets = {} } = JSON.parse(content.toString("utf8")) as StepDetails;
    // A reader looks for them below its run, by the names that they have here.
    for (const asset of Object.values(assets)) await this.#copy("asset", asset);
    return this.#blobs.save(this.#to, "details", content);
  }

  async manifest(reference: BlobReference): Promise<BlobReference> {
    const content = await this.#blobs.load(this.#from, reference);
    const { files } = JSON.parse(content.toString("utf8")) as FileManifest;
    for (const file of files) if (file.kind === "file") this.#hashes.add(file.sha256);
    return this.#blobs.save(this.#to, "files", content);
  }

  /** By way of the disk: a file may be larger than memory. */
  async files(): Promise<void> {
    if (this.#hashes.size === 0) return;
    const there = await this.#blobs.listFiles(this.#to);
    const missing = [...this.#hashes].filter((sha256) => !there.has(sha256));
    const folder = await mkdtemp(path.join(tmpdir(), "same-kept-"));
    try {
      await inParallel(missing, async (sha256) => {
        const file = path.join(folder, sha256);
        await this.#blobs.loadFile(this.#from, sha256, file);
        await this.#blobs.saveFile(this.#to, sha256, file);
        await rm(file, { force: true });
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #copy(kind: "session" | "asset", reference: BlobReference): Promise<BlobReference> {
    return this.#blobs.save(this.#to, kind, await this.#blobs.load(this.#from, reference));
  }
}

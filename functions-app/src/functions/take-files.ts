// Checks and stores the files of a run, which a client sends before the run or together with it.

import type { BlobReference } from "../contract/blob-reference.ts";
import type { Limits } from "../contract/limits.ts";
import type { Problem } from "../contract/problem.ts";
import { parseManifest } from "../contract/run-files.ts";
import { inParallel } from "../steps/in-parallel.ts";
import type { RunBlobs } from "../steps/run-blobs.ts";
import { chooseInline, hashesOf, parseContents, writeManifest } from "../steps/stored-manifest.ts";

type TakenFiles = {
  manifest: BlobReference;
  /** Hashes of contents that the app does not have yet. */
  missing: string[];
};

export type TakeFiles = {
  limits: Limits;
  blobs: Pick<RunBlobs, "listFiles" | "saveFile" | "save">;
};

/** @param value - A FilesRequest, not yet checked. If it is refused, nothing is stored. */
export async function takeFiles(
  runId: string,
  value: unknown,
  { limits, blobs }: TakeFiles,
): Promise<TakenFiles | { problem: Problem }> {
  const { contents, ...rest } = Object(value) as Record<string, unknown>;
  const parsed = parseManifest(rest, limits);
  if ("wrong" in parsed) return { problem: notTaken(parsed) };
  const { files } = parsed;
  const given = parseContents(contents, files);
  if ("wrong" in given) return { problem: { ...NOT_VALID, detail: given.wrong, field: "contents" } };
  const asked = new Set(hashesOf(files).filter((hash) => !given.contents.has(hash)));
  const { inline, others } = chooseInline(files, given.contents);
  const [missing, manifest] = await Promise.all([
    findMissing(runId, [...asked], blobs),
    blobs.save(runId, "files", writeManifest({ files, inline })),
    inParallel([...others], ([hash, content]) => blobs.saveFile(runId, hash, content)),
  ]);
  return { manifest, missing };
}

async function findMissing(runId: string, hashes: readonly string[], blobs: TakeFiles["blobs"]): Promise<string[]> {
  if (hashes.length === 0) return [];
  const there = await blobs.listFiles(runId);
  return hashes.filter((sha256) => !there.has(sha256));
}

const NOT_VALID = { title: "The request is not valid.", status: 400 } as const;

function notTaken({ wrong, isTooLarge }: { wrong: string; isTooLarge: boolean }): Problem {
  if (!isTooLarge) return { ...NOT_VALID, detail: wrong, field: "files" };
  return { title: "The request is too large.", status: 413, detail: wrong, field: "files" };
}

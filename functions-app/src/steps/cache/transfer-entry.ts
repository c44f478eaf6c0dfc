// Copies a step's result into the cache, and from the cache into another run.

import { toUrlSafeBase64 } from "../../contract/base64.ts";
import type { BlobReference } from "../../contract/blob-reference.ts";
import type { ExecutorInput, SessionReference } from "../../contract/executor-call.ts";
import type { Limits } from "../../contract/limits.ts";
import { renumberCells } from "../../contract/renumber-cells.ts";
import type { StepRecord } from "../../contract/run-result.ts";
import type { StepDetails } from "../../contract/step-details.ts";
import { ContentCopy, type Place } from "../content-copy.ts";
import { loadSession } from "../step-contents.ts";
import { type StoredFiles, writeManifest } from "../stored-manifest.ts";
import type { CacheBlobs } from "./cache-blobs.ts";
import type { CacheEntry, Completed } from "./cache-entry.ts";

type StoredEntry = { entry: CacheEntry; id: string; result: Completed; from: Place; blobs: CacheBlobs };

/** @returns Its size. */
export async function storeEntry({ entry, id, result, from, blobs }: StoredEntry): Promise<number> {
  const copy = new ContentCopy(from, { id, blobs: blobs.contents, sessions: blobs.sessions });
  const session = await copy.sessionOf(result);
  await blobs.sessions.forget(id);
  const { files: _files, details, ...record } = entry.record;
  copy.add(entry.changed);
  await copy.files();
  const whole: CacheEntry = {
    ...entry,
    record: { ...record, ...(details && { details: await copy.details(details) }) },
    ...(session && { session }),
  };
  const content = Buffer.from(JSON.stringify(whole));
  await blobs.write(`${id}/entry.json`, content);
  const files = entry.changed.reduce((sum, file) => sum + (file.kind === "file" ? file.sizeBytes : 0), 0);
  return content.length + files + (await sizeOf(session, { id, blobs }));
}

async function sizeOf(
  session: SessionReference | undefined,
  { id, blobs }: Pick<StoredEntry, "id" | "blobs">,
): Promise<number> {
  if (session === undefined) return 0;
  const loaded = await loadSession(id, session.blob, blobs.contents);
  return loaded.kind === "plain" ? loaded.content.length : loaded.description.sizeBytes;
}

type RestoredEntry = {
  entry: CacheEntry;
  from: Place;
  to: Place;
  input: ExecutorInput;
  /** The working directory before the step. */
  workspace: StoredFiles;
  limits: Pick<Limits, "inlineSessionBytes">;
};

/** The step's result as the run's own, with all its contents. @throws Error if any of it is missing or damaged. */
export async function restoreEntry(restored: RestoredEntry): Promise<Completed> {
  const { entry, from, to, input } = restored;
  const copy = new ContentCopy(from, to);
  const session = await copy.session(entry.session);
  const details = entry.record.details && (await copy.details(entry.record.details));
  const files = await restoreFiles(restored, copy);
  const { python, hasExited, variables, variables_omitted, runId, storedAt } = entry;
  const record: StepRecord = {
    ...entry.record,
    name: input.step.name,
    codeMs: 0,
    ...(details && { details: await renumber(details, restored) }),
    ...(files && { files }),
    cache: { isHit: true, why: "all its inputs are unchanged", runId, storedAt },
  };
  return {
    kind: "completed",
    record,
    python,
    ...(hasExited && { hasExited }),
    ...(session && (await sessionOf(session, restored))),
    ...(variables && { variables }),
    ...(variables_omitted && { variables_omitted }),
  };
}

/** Only the session of a run's last step is in its result. */
async function sessionOf(
  { blob }: SessionReference,
  { entry, input, to, limits }: RestoredEntry,
): Promise<Pick<Completed, "session" | "session_context" | "leavesParts">> {
  const isLast = input.isLast || entry.hasExited === true;
  const loaded = await loadSession(to.id, blob, to.blobs);
  if (loaded.kind === "parts") return { session: blob, ...(isLast && { leavesParts: true }) };
  if (!isLast || blob.sizeBytes > limits.inlineSessionBytes) return { session: blob };
  return { session_context: toUrlSafeBase64(loaded.content) };
}

/** Applies the step's changes of the working directory to the current one. */
async function restoreFiles(
  { entry: { changed, deleted }, workspace, input, to }: RestoredEntry,
  copy: ContentCopy,
): Promise<BlobReference | undefined> {
  if (changed.length === 0 && deleted.length === 0) return input.files;
  copy.add(changed);
  await copy.files();
  const gone = new Set([...deleted, ...changed.map(({ path }) => path)]);
  const own = changed.map((file) => ({ ...file, step: input.step.name }));
  const all = [...workspace.files.filter(({ path }) => !gone.has(path)), ...own];
  if (all.length === 0) return undefined;
  const files = all.sort((left, right) => (left.path < right.path ? -1 : 1));
  return to.blobs.save(to.id, "files", writeManifest({ ...workspace, files }));
}

/** Cells may have moved since the step ran, because text cells before them were added or removed. */
async function renumber(
  details: StepDetails | BlobReference,
  { entry, input: { step }, to }: RestoredEntry,
): Promise<StepDetails | BlobReference> {
  const now = (step.cells ?? []).map(({ number }) => number);
  if (now.join() === entry.cells.join()) return details;
  const numbers = new Map(entry.cells.map((number, index) => [number, now[index] ?? number]));
  const isInline = "cells" in details;
  const loaded = isInline ? details : (JSON.parse(String(await to.blobs.load(to.id, details))) as StepDetails);
  // The current position of earlier steps' cells is not known here.
  const moved = renumberCells(loaded, (cell) => numbers.get(cell) ?? null);
  return isInline ? moved : to.blobs.save(to.id, "details", Buffer.from(JSON.stringify(moved)));
}

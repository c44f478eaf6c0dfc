// The session of a completed run, next to its record: one file, or for a large session a folder of parts and the code that loads them.

import { cp, link, mkdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import {
  type BlobReference,
  fromUrlSafeBase64,
  parseSessionDescription,
  partBlobName,
  partsOf,
  type SessionPart,
} from "@same-kit/functions-app/contract";
import { instanceFilesOf } from "@same-kit/local";
import { verifySha256 } from "@same-kit/shared";
import type { AppClient } from "../../adapters/app/app-client.ts";
import type { RunResult } from "../../adapters/app/run-status.ts";
import { formatSize } from "../../ui/format.ts";
import type { RunningRun } from "./run-state.ts";
import type { RunSummary } from "./run-summary.ts";

type SavedSession = { session: RunSummary["session"]; warnings: readonly string[] };

/** Saves the session of a completed run; a failure becomes a warning, and the result then names the session's blob, if there is one. */
export async function saveSession(result: RunResult, run: RunningRun): Promise<SavedSession> {
  const { session_context, session_context_blob: blob, session_context_parts: parts } = result;
  const { folder, host, savesLargeSession } = run;
  if (parts !== undefined) {
    const instead = { blob: parts.name, container: parts.container };
    if (!savesLargeSession) return { session: instead, warnings: [] };
    return trySave(parts.sizeBytes, instead, () => saveParts(parts, run));
  }
  if (blob !== undefined) {
    const instead = { blob: blob.name, container: blob.container };
    if (!savesLargeSession) return { session: instead, warnings: [] };
    const content = verifySha256(host.observer.readBlob(blob.name), blob.sha256);
    return trySave(blob.sizeBytes, instead, () => folder.saveSession(content));
  }
  const session = fromUrlSafeBase64(session_context);
  if (session === undefined || session.length === 0) return { session: null, warnings: [] };
  return trySave(session.length, null, () => folder.saveSession(session));
}

/** @param instead - The location of the session if it cannot be saved: the run has completed all the same. */
async function trySave(
  sizeBytes: number,
  instead: RunSummary["session"],
  save: () => Promise<string>,
): Promise<SavedSession> {
  try {
    return { session: { file: await save() }, warnings: [] };
  } catch (error) {
    const reason = (error as Error).message;
    const text = `The session (${formatSize(sizeBytes)}) could not be saved beside the record: ${reason}.`;
    return { session: instead, warnings: [text] };
  }
}

async function saveParts(reference: BlobReference, { folder, host, deps }: RunningRun): Promise<string> {
  const { id } = folder.record;
  const target = path.join(folder.dir, "session");
  const read = (name: string) => host.client.readBlob(id, name, deps.leaveNow);
  const name = reference.name.slice(`${id}/`.length);
  const content = Buffer.concat(await Array.fromAsync(verifySha256(read(name), reference.sha256)));
  const near = host.isRemote === true ? null : instanceFilesOf(host.stateDir, host.hubName, id);
  await mkdir(target, { recursive: true });
  for (const part of partsOf(parseSessionDescription(content))) await savePart(part, { target, near, read });
  await copyLoader(deps.emulator.ownAppDir, target);
  const file = path.join(target, "session.json");
  await writeFile(file, content, { mode: 0o600 });
  return file;
}

type PartPlaces = { target: string; near: string | null; read: (name: string) => ReturnType<AppClient["readBlob"]> };

/** On the app's own machine, a hard link is created: it takes no additional disk space, and remains when the run is purged. */
async function savePart({ sha256, sizeBytes }: SessionPart, { target, near, read }: PartPlaces): Promise<void> {
  const file = path.join(target, sha256);
  if ((await stat(file).catch(() => undefined))?.size === sizeBytes) return;
  const isLinked = near !== null && (await isDone(link(path.join(near, sha256), file)));
  if (!isLinked) await writeFile(file, verifySha256(read(partBlobName(sha256)), sha256), { mode: 0o600 });
}

const isDone = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  );

/** With the loader, the folder can be read without same-kit. */
async function copyLoader(appDir: string, target: string): Promise<void> {
  const runner = path.join(appDir, "python");
  await cp(path.join(runner, "load_session.py"), path.join(target, "load_session.py"));
  const filter = (file: string) => !file.includes("__pycache__");
  await cp(path.join(runner, "same_runner", "handover"), path.join(target, "handover"), { recursive: true, filter });
}

import { readFile } from "node:fs/promises";
import path from "node:path";
import {
  type FilesRequest,
  INLINE_FILE_BYTES,
  INLINE_FILES_BYTES,
  type RunFile,
} from "@same-kit/functions-app/contract";
import { sha256Of } from "@same-kit/shared";
import type { AppClient, StartedWithFiles } from "../../adapters/app/app-client.ts";
import type { StartedRun } from "../../adapters/app/run-status.ts";
import { type CollectedFiles, type ContentFile, describeFile } from "../../adapters/files/collect-files.ts";

type SendFiles = {
  client: Pick<AppClient, "missingFiles" | "putFile">;
  id: string;
  files: CollectedFiles;
  /** Starts the run together with its files; null if the app cannot do that. */
  startWith: (files: FilesRequest) => Promise<StartedWithFiles | null>;
  signal: AbortSignal;
};

type SentFiles = {
  /** The manifest with which the run is started; null if it was started by an app that has ignored the files. */
  manifest: string | null;
  /** The run, if it was started together with its files. */
  started: StartedRun | null;
  /** The files that were sent; a file that was changed meanwhile is listed in its new state. */
  files: readonly RunFile[];
  warnings: string[];
};

const AT_ONCE = 4;
/** The log of this command itself may be in the folder and changes a few times; a file that changes more often is excluded. */
const MAX_CHANGES = 5;

/** A file no longer matches the manifest. */
class ChangedFile extends Error {
  readonly path: string;

  constructor(at: string) {
    super(`${at} changed.`);
    this.path = at;
  }
}

/**
 * Sends small contents with the manifest, and of the others those that the app does not have yet. If all contents are small, the run is
 * started by the same request. A file that changes meanwhile is sent in its new state; a file that keeps changing is excluded, with a
 * warning.
 *
 * @returns null if the app is of a version that accepts no files.
 */
export async function sendFiles({ files: collected, ...rest }: SendFiles): Promise<SentFiles | null> {
  const { folder } = collected;
  const changes = new Map<string, number>();
  const warnings: string[] = [];
  let { files } = collected.manifest;
  for (;;) {
    try {
      const sent = await sendOnce({ ...rest, files: { ...collected, manifest: { formatVersion: 1, files } } });
      return sent && { ...sent, files, warnings };
    } catch (error) {
      if (!(error instanceof ChangedFile)) throw error;
      const count = (changes.get(error.path) ?? 0) + 1;
      changes.set(error.path, count);
      const now = count > MAX_CHANGES ? null : await describeFile(folder, error.path);
      if (count > MAX_CHANGES) warnings.push(`${error.path} keeps changing; the run starts without it.`);
      files = files.flatMap((file) => (file.path === error.path ? (now ?? []) : file));
    }
  }
}

/** @throws ChangedFile */
async function sendOnce(options: SendFiles): Promise<Pick<SentFiles, "manifest" | "started"> | null> {
  const { client, id, files, startWith, signal } = options;
  const { folder, manifest } = files;
  const byHash = new Map(manifest.files.flatMap((file) => (file.kind === "file" ? [[file.sha256, file]] : [])));
  const contents = await readSmall(folder, [...byHash.values()]);
  if (Object.keys(contents).length === byHash.size) {
    signal.throwIfAborted();
    const sent = await startWith({ ...manifest, contents });
    if (sent !== null) return sent;
  }
  const answer = await client.missingFiles(id, { ...manifest, contents }, signal);
  if (answer === null) return null;
  const rest = [...answer.missing];
  const worker = async () => {
    for (let sha256 = rest.pop(); sha256 !== undefined; sha256 = rest.pop()) {
      const file = byHash.get(sha256);
      if (file !== undefined) await client.putFile(id, sha256, await readAsNamed(folder, file), signal);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { manifest: answer.manifest, started: null };
}

/** Each other content costs a round trip and a blob, which takes longer than sending a small content again with a later run. */
async function readSmall(folder: string, files: readonly ContentFile[]): Promise<Record<string, string>> {
  const contents: Record<string, string> = {};
  let left = INLINE_FILES_BYTES;
  for (const file of files) {
    if (file.sizeBytes > Math.min(left, INLINE_FILE_BYTES)) continue;
    contents[file.sha256] = Buffer.from(await readAsNamed(folder, file)).toString("base64");
    left -= file.sizeBytes;
  }
  return contents;
}

/** @throws ChangedFile */
async function readAsNamed(folder: string, file: ContentFile): Promise<Uint8Array> {
  const content = await readFile(path.join(folder, file.path)).catch(() => null);
  if (content !== null && sha256Of(content) === file.sha256) return content;
  throw new ChangedFile(file.path);
}

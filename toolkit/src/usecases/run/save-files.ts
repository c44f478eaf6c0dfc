// Saves files that the steps created or changed in the run's folder. The manifest comes from the app, so its paths are checked
// before anything is written.

import { chmod, mkdir, rm, symlink, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { type BlobReference, parseManifest, type RunFile } from "@same-kit/functions-app/contract";
import { reasonOf, verifySha256 } from "@same-kit/shared";
import type { AppClient } from "../../adapters/app/app-client.ts";
import type { AppliedFiles } from "./apply-files.ts";

type ResultFile = { path: string; sizeBytes: number | null; step: string };

export type ResultFiles = {
  /** Absolute; null if there are none. */
  folder: string | null;
  /** Includes links; folders are implied by the files in them, and an empty folder is not a result. */
  files: ResultFile[];
  /** Paths of files with which the run started and that no longer exist at its end. */
  deleted: string[];
  /** Changes to the notebook's folder; absent without `--in-place`, and if the run did not complete. */
  inPlace?: AppliedFiles;
};

type SaveFiles = {
  client: Pick<AppClient, "readBlob">;
  id: string;
  /** The manifest after the last step that ended. */
  manifest: BlobReference;
  folder: string;
  /** Paths of the files with which the run started. */
  sent: readonly string[];
  signal: AbortSignal;
};

const UNLIMITED = { files: Infinity, fileBytes: Infinity, workspaceBytes: Infinity };

export type SavedFiles = ResultFiles & {
  /** Paths of empty folders that steps created or left. */
  emptyFolders: string[];
  warnings: string[];
};

export const NO_FILES: SavedFiles = { folder: null, files: [], deleted: [], emptyFolders: [], warnings: [] };

/** Saves as many as possible: a failure does not affect the run's result. */
export async function saveFiles(options: SaveFiles): Promise<SavedFiles> {
  const { manifest, folder } = options;
  const saved: ResultFile[] = [];
  const emptyFolders: string[] = [];
  const warnings: string[] = [];
  let deleted: string[] = [];
  try {
    const last = await loadManifest(options, manifest);
    const changed = changedIn(last);
    deleted = deletedIn(last, options.sent);
    // Remove the files of an earlier end of the same run.
    await rm(folder, { recursive: true, force: true });
    for (const file of changed) {
      const error = await saveFile(options, file).then(
        () => null,
        (reason: unknown) => reason,
      );
      if (error === null && file.kind === "folder") emptyFolders.push(file.path);
      else if (error === null) saved.push(toResult(file));
      else warnings.push(`${file.path} could not be saved in ${folder}: ${reasonOf(error)}.`);
    }
  } catch (error) {
    warnings.push(`The files of the run could not be read: ${reasonOf(error)}.`);
  }
  return { folder: saved.length === 0 ? null : folder, files: saved, deleted, emptyFolders, warnings };
}

async function loadManifest(options: SaveFiles, reference: BlobReference): Promise<readonly RunFile[]> {
  const manifest = parseManifest(JSON.parse((await readAll(options, reference.name)).toString("utf8")), UNLIMITED);
  if ("wrong" in manifest) throw new Error(manifest.wrong);
  return manifest.files;
}

type ChangedFile = RunFile & { step: string };

function changedIn(files: readonly RunFile[]): ChangedFile[] {
  const changed = files.filter((file): file is ChangedFile => file.step !== undefined);
  // Links last, so that nothing is written through them.
  return [...changed.filter(({ kind }) => kind !== "link"), ...changed.filter(({ kind }) => kind === "link")];
}

function deletedIn(files: readonly RunFile[], sent: readonly string[]): string[] {
  const left = new Set(files.map(({ path: at }) => at));
  return sent.filter((at) => !left.has(at));
}

async function saveFile(options: SaveFiles, file: RunFile): Promise<void> {
  const target = path.join(options.folder, file.path);
  if (file.kind === "folder") return void (await mkdir(target, { recursive: true }));
  await mkdir(path.dirname(target), { recursive: true });
  if (file.kind === "link") return symlink(file.target, target);
  const parts = verifySha256(
    options.client.readBlob(options.id, `file-${file.sha256}.bin`, options.signal),
    file.sha256,
  );
  // Without overwriting: some systems treat `A` and `a` as the same name.
  await writeFile(target, parts, { flag: "wx" }).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") await rm(target, { force: true });
    throw error;
  });
  if (file.isExecutable) await chmod(target, 0o755);
  await utimes(target, file.modifiedMs / 1000, file.modifiedMs / 1000);
}

async function readAll({ client, id, signal }: SaveFiles, name: string): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(client.readBlob(id, name, signal)));
}

const toResult = (file: ChangedFile): ResultFile => ({
  path: file.path,
  sizeBytes: file.kind === "file" ? file.sizeBytes : null,
  step: file.step,
});

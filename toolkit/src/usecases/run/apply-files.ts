// `--in-place`: writes the steps' changes into the user's own folder. Nothing there is overwritten or deleted that has changed since the run started.

import { chmod, copyFile, lstat, mkdir, readlink, rm, rmdir, stat, symlink, utimes } from "node:fs/promises";
import path from "node:path";
import type { RunFile } from "@same-kit/functions-app/contract";
import { reasonOf, writeAside } from "@same-kit/shared";
import { describeFile } from "../../adapters/files/collect-files.ts";

/** What a run changed in the user's folder. */
export type AppliedFiles = {
  /** Absolute. */
  folder: string;
  written: string[];
  deleted: string[];
  /** Files that were not changed because the user had changed them. */
  kept: string[];
};

type ApplyFiles = {
  folder: string;
  /** The files with which the run started: the state of the folder that the run knows. */
  known: readonly RunFile[];
  /** The run's results. */
  saved: {
    folder: string | null;
    files: readonly { path: string }[];
    deleted: readonly string[];
    emptyFolders: readonly string[];
  };
};

type Application = ApplyFiles & { applied: AppliedFiles; warnings: string[] };

/** Why one of the user's files is kept unchanged; a sentence. */
class Kept extends Error {}

/** Never throws for a single file: a file that is kept or cannot be changed becomes a warning, and is listed under `kept`. */
export async function applyFiles(options: ApplyFiles): Promise<{ applied: AppliedFiles; warnings: string[] }> {
  const { folder, saved } = options;
  const applied: AppliedFiles = { folder, written: [], deleted: [], kept: [] };
  const application: Application = { ...options, applied, warnings: [] };
  // First, because a file may have been replaced by a folder.
  for (const at of saved.deleted) await attempt(application, at, () => deleteFile(application, at));
  for (const { path: at } of saved.files) await attempt(application, at, () => writeEntry(application, at));
  for (const at of saved.emptyFolders) await attempt(application, at, () => makeFolder(application, at));
  return { applied, warnings: application.warnings };
}

async function attempt({ folder, applied, warnings }: Application, at: string, act: () => Promise<void>) {
  try {
    await act();
  } catch (error) {
    applied.kept.push(at);
    const why = error instanceof Kept ? error.message : `it could not be changed: ${reasonOf(error)}.`;
    warnings.push(`${path.join(folder, at)} was not changed: ${why}`);
  }
}

async function deleteFile({ folder, known, applied }: Application, at: string): Promise<void> {
  const target = path.join(folder, at);
  await refuseLinkedFolders(folder, at);
  const now = await describe(folder, at);
  if (now === null) return;
  if (!isSame(now, known)) throw new Kept("the run deleted it, but it has changed since the run began.");
  await rm(target);
  applied.deleted.push(at);
  await removeEmptyFolders(folder, path.dirname(target));
}

async function removeEmptyFolders(root: string, folder: string): Promise<void> {
  for (let at = folder; at !== root; at = path.dirname(at)) {
    // A folder that contains other files is kept.
    const isRemoved = await rmdir(at).then(
      () => true,
      () => false,
    );
    if (!isRemoved) return;
  }
}

async function writeEntry({ folder, known, saved, applied }: Application, at: string): Promise<void> {
  const source = path.join(saved.folder ?? "", at);
  const target = path.join(folder, at);
  await refuseLinkedFolders(folder, at);
  const wanted = await lstat(source);
  const now = await describe(folder, at);
  if (now !== null && isSame(now, [await describe(saved.folder ?? "", at)])) return;
  const isDirectory = await stat(target).then(
    (it) => now === null && it.isDirectory(),
    () => false,
  );
  if (isDirectory) throw new Kept(`a folder is in its place; the run's own is ${source}.`);
  if (now !== null && !isSame(now, known)) throw new Kept(whyKept(now.path, known, source));
  await mkdir(path.dirname(target), { recursive: true });
  await replace(source, target, wanted.isSymbolicLink());
  applied.written.push(at);
}

/** Programs may expect the folder, but it is not listed as a written file. */
async function makeFolder({ folder }: Application, at: string): Promise<void> {
  await refuseLinkedFolders(folder, at);
  if ((await describe(folder, at)) !== null) throw new Kept("the run has a folder of that name.");
  await mkdir(path.join(folder, at), { recursive: true });
}

function whyKept(at: string, known: readonly RunFile[], source: string): string {
  return known.some(({ path: it }) => it === at)
    ? `it has changed since the run began; the run's own is ${source}.`
    : `the run did not start with it: it is new or was excluded (.gitignore, .sameignore, --files); the run's own is ${source}.`;
}

async function replace(source: string, target: string, isLink: boolean): Promise<void> {
  await writeAside(target, async (draft) => {
    if (isLink) return symlink(await readlink(source), draft);
    await copyFile(source, draft);
    const { atime, mtime, mode } = await stat(source);
    await utimes(draft, atime, mtime);
    const own = await stat(target).catch(() => null);
    if (own === null) return;
    // Which users may read the file, and therefore execute it, stays as the user chose.
    const execute = (mode & 0o100) === 0 ? 0 : (own.mode & 0o444) >> 2;
    await chmod(draft, (own.mode & 0o666) | execute);
  });
}

/** A linked folder in the path may lead anywhere. */
async function refuseLinkedFolders(root: string, at: string): Promise<void> {
  const parts = at.split("/").slice(0, -1);
  for (const [index] of parts.entries()) {
    const folder = path.join(root, ...parts.slice(0, index + 1));
    const stats = await lstat(folder).catch(() => null);
    if (stats?.isSymbolicLink()) throw new Kept(`${folder} is a link.`);
  }
}

/** Null if there is neither a file nor a link. */
async function describe(folder: string, at: string): Promise<RunFile | null> {
  const stats = await lstat(path.join(folder, at)).catch(() => null);
  if (stats === null || stats.isDirectory()) return null;
  if (stats.isSymbolicLink()) return { kind: "link", path: at, target: await readlink(path.join(folder, at)) };
  return (stats.isFile() ? await describeFile(folder, at) : null) ?? { kind: "folder", path: at };
}

/** Compares everything except times. */
function isSame(now: RunFile, among: readonly (RunFile | null)[]): boolean {
  const then = among.find((it) => it?.path === now.path);
  if (now.kind === "file" && then?.kind === "file") {
    return now.sha256 === then.sha256 && now.isExecutable === then.isExecutable;
  }
  return now.kind === "link" && then?.kind === "link" && now.target === then.target;
}

/** The known state of the folder, for a run that continues this one. */
export async function knownAfter({ folder, known }: ApplyFiles, applied: AppliedFiles): Promise<RunFile[]> {
  const changed = new Set([...applied.written, ...applied.deleted]);
  const written = await Promise.all(applied.written.map((at) => describe(folder, at)));
  return [...known.filter(({ path: at }) => !changed.has(at)), ...written.filter((file) => file !== null)];
}

import { lstat, readdir, readlink } from "node:fs/promises";
import path from "node:path";
import { isInnerPath, isInnerTarget } from "../contract/run-files.ts";

/** An entry of a folder that can be stored. */
export type FoundFile = {
  path: string;
  /** Changes with each change of the file, even if its time was set back. */
  mark: string;
} & (
  | { kind: "file"; sizeBytes: number; modifiedMs: number; isExecutable: boolean }
  | { kind: "link"; target: string }
  | { kind: "folder" }
);

export type FilesFound = {
  files: FoundFile[];
  /** Path and reason, as one text. */
  leftOut: string[];
  /** There are more files than requested; they are not listed. */
  isCutOff: boolean;
};

// Files that Python and Jupyter write next to the files that they read.
const BYPRODUCTS = new Set(["__pycache__", ".ipynb_checkpoints"]);

/** Lists a folder with everything below it; links are not followed. Files change meanwhile only if another program writes there. */
export async function listFiles(folder: string, maxFiles: number): Promise<FilesFound> {
  const found: FilesFound = { files: [], leftOut: [], isCutOff: false };
  await listFolder(folder, "", maxFiles, found);
  return found;
}

async function listFolder(root: string, folder: string, maxFiles: number, found: FilesFound): Promise<void> {
  const names = await readdir(path.join(root, folder)).catch(() => null);
  if (names === null) return void found.leftOut.push(`${folder} (it cannot be read)`);
  const isEmpty = names.length === 0 && folder !== "";
  if (isEmpty) found.files.push({ kind: "folder", path: folder, mark: "folder" });
  for (const name of names.sort()) {
    if (found.files.length > maxFiles) {
      found.isCutOff = true;
      return;
    }
    if (!BYPRODUCTS.has(name)) await listEntry(root, folder === "" ? name : `${folder}/${name}`, maxFiles, found);
  }
}

async function listEntry(root: string, at: string, maxFiles: number, found: FilesFound): Promise<void> {
  const file = path.join(root, at);
  const leaveOut = (why: string) => void found.leftOut.push(`${at} (${why})`);
  if (!isInnerPath(at)) return leaveOut("its name is too long, or not valid on every system");
  const stats = await lstat(file, { bigint: true });
  const mark = [stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs, stats.mode].join();
  if (stats.isDirectory()) return listFolder(root, at, maxFiles, found);
  if (stats.isSymbolicLink()) {
    const target = await readlink(file);
    if (!isInnerTarget(at, target))
      return leaveOut("a link that leads out of the folder, or not directly to its target");
    return void found.files.push({ kind: "link", path: at, target, mark });
  }
  if (!stats.isFile()) return leaveOut("a pipe, socket or device");
  const isExecutable = (stats.mode & 0o100n) !== 0n;
  const modifiedMs = Number(stats.mtimeNs) / 1e6;
  found.files.push({ kind: "file", path: at, mark, sizeBytes: Number(stats.size), modifiedMs, isExecutable });
}

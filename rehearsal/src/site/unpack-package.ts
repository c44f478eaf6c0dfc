import { chmod, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { isOwnFolder } from "@same-kit/shared";
import type { ZipEntry } from "./read-zip.ts";

const PERMISSION_BITS = 0o777;
const WRITE_BITS = 0o222;
const READ_ONLY_FOLDER = 0o555;
const WRITABLE_FOLDER = 0o755;

/** Unpacks a package as the cloud mounts it: with the modes in the archive, and read-only. */
export async function unpackPackage(entries: readonly ZipEntry[], folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const entry of entries) {
    const file = path.join(folder, entry.path);
    await mkdir(path.dirname(file), { recursive: true });
    // `wx` creates new files only and never follows a link.
    await writeFile(file, await entry.read(), { flag: "wx" });
    await chmod(file, (entry.mode ?? 0) & PERMISSION_BITS & ~WRITE_BITS);
  }
  await setFolderModes(folder, READ_ONLY_FOLDER);
}

/**
 * Removes a folder with unpacked packages. Their folders are made writable first, because otherwise only root could
 * remove them. Links, and files of other users, are left alone.
 */
export async function removePackage(folder: string): Promise<void> {
  if (!(await isOwnFolder(folder))) return;
  await setFolderModes(folder, WRITABLE_FOLDER);
  // A process that is ending may still write there; its files must not block the removal.
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
}

async function setFolderModes(folder: string, mode: number): Promise<void> {
  // Top-down when opening, bottom-up when closing: nothing below a closed folder can be changed.
  if (mode === WRITABLE_FOLDER) await chmod(folder, mode);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await setFolderModes(path.join(folder, entry.name), mode);
  }
  if (mode === READ_ONLY_FOLDER) await chmod(folder, mode);
}

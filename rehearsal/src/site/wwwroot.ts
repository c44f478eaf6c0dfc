import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { removePackage } from "./unpack-package.ts";

/**
 * Where this process unpacks the packages of the cloud in `stateFolder`. Not below that folder: a node_modules above it would
 * hide what a package lacks.
 */
export function wwwrootOf(stateFolder: string): string {
  return `${prefixOf(stateFolder)}${process.pid}`;
}

/** Removes what processes left that did not live to clean up. */
export async function removeStaleWwwroots(stateFolder: string): Promise<void> {
  const prefix = prefixOf(stateFolder);
  const names = await readdir(path.dirname(prefix));
  for (const name of names.filter((other) => other.startsWith(path.basename(prefix)))) {
    const pid = Number(name.slice(path.basename(prefix).length));
    if (!isAlive(pid)) await removePackage(path.join(path.dirname(prefix), name));
  }
}

function prefixOf(stateFolder: string): string {
  const hash = createHash("sha256").update(path.resolve(stateFolder)).digest("hex").slice(0, 12);
  return path.join(os.tmpdir(), `same-kit-wwwroot-${hash}-`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

// How the patched extent store writes to its files: messages of a queue and blobs.

import { fdatasync, writeSync } from "node:fs";
import { promisify } from "node:util";

const sync = promisify(fdatasync);
const unsynced = new Set<number>();

/**
 * Appends a message, at most 64 KiB, in one call to the system: a stream of its own for each costs more than Azurite's other
 * work on it.
 */
export function appendMessage(fd: number, data: Buffer): number {
  for (let written = 0; written < data.length; ) written += writeSync(fd, data, written);
  unsynced.add(fd);
  return data.length;
}

/**
 * Notes that `fd` holds data which the disk may lack. Azurite waits for the disk after every message, and saves what refers to
 * it only every 5 s: it is enough that the disk has the data by then.
 */
export function noteWrite(fd: number): void {
  unsynced.add(fd);
}

/** Waits until the disk has everything that was written. */
export async function syncExtents(): Promise<void> {
  const fds = [...unsynced];
  unsynced.clear();
  await Promise.all(fds.map((fd) => sync(fd).catch(ignoreClosed)));
}

/** A file that was closed meanwhile was full, or failed; the system writes it out in its own time. */
function ignoreClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== "EBADF") throw error;
}

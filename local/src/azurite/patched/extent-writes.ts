// File writes of the patched extent store, which holds queue messages and blobs.

import { fdatasync, writeSync } from "node:fs";
import { promisify } from "node:util";

const sync = promisify(fdatasync);
const unsynced = new Set<number>();

/**
 * Appends a message of at most 64 KiB in one system call. One stream per message, as in Azurite, costs more than all
 * its other work on the message.
 */
export function appendMessage(fd: number, data: Buffer): number {
  for (let written = 0; written < data.length; ) written += writeSync(fd, data, written);
  unsynced.add(fd);
  return data.length;
}

/**
 * Records that `fd` has data that may not be on disk yet. Azurite syncs after every message, but saves the references
 * to it only every 5 s: it is enough to sync by then.
 */
export function noteWrite(fd: number): void {
  unsynced.add(fd);
}

/** Waits until everything that was written is on disk. */
export async function syncExtents(): Promise<void> {
  const fds = [...unsynced];
  unsynced.clear();
  await Promise.all(fds.map((fd) => sync(fd).catch(ignoreClosed)));
}

/** A file closed in the meantime was full or failed; the operating system flushes it in its own time. */
function ignoreClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== "EBADF") throw error;
}

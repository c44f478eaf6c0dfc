import { statSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 200;

/**
 * Yields after the files have changed, once for any number of changes since the last time; ends when `signal` aborts. Editors replace
 * files instead of writing them, which systems report in different ways. Therefore times and sizes are compared.
 *
 * @param files - Absolute paths. A file may be created later. Changes count from the time of this call.
 */
export function watchFiles(
  files: readonly string[],
  signal: AbortSignal,
  pollMs: number = POLL_MS,
): AsyncGenerator<void> {
  return changesSince(markOf(files), files, signal, pollMs);
}

async function* changesSince(
  first: string,
  files: readonly string[],
  signal: AbortSignal,
  pollMs: number,
): AsyncGenerator<void> {
  for (let known = first; !signal.aborted; ) {
    const now = markOf(files);
    if (now !== known) {
      known = now;
      yield;
    } else await delay(pollMs, undefined, { signal }).catch(() => {}); // The loop ends.
  }
}

function markOf(files: readonly string[]): string {
  const marks = files.map((file) => {
    const stats = statSync(file, { throwIfNoEntry: false, bigint: true });
    return stats && [stats.ino, stats.size, stats.mtimeNs].join();
  });
  return marks.join(";");
}

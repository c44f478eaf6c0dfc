import { readFileSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";

/** Files up to this size are read and written synchronously: a round trip through Node's thread pool takes longer, and a start makes dozens. */
export const SMALL_BYTES = 64 * 1024;

/** Reads a file; a small one synchronously. @throws like `readFile` of `node:fs/promises`. */
export async function readLocalFile(file: string): Promise<Buffer> {
  const found = statSync(file);
  // A pipe or a device has no size, and may never end.
  return found.isFile() && found.size <= SMALL_BYTES ? readFileSync(file) : readFile(file);
}

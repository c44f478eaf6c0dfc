import { readdir, stat } from "node:fs/promises";
import path from "node:path";

/**
 * @returns The size in bytes of all files below `dir`; 0 if the folder does not exist. Files deleted during the walk
 *   count as 0.
 */
export async function folderSize(dir: string): Promise<number> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map(async (entry) => (await stat(path.join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

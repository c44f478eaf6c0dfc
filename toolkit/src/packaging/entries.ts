import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";

/** One file of a package. */
export type PackageEntry = {
  /** Name inside the package, with `/`. */
  name: string;
  /** The local file with its content. */
  source: string;
  isExecutable: boolean;
};

/**
 * Every regular file below `folder`, sorted by name. Links are omitted: their targets may be anywhere, and Azure's
 * unpackers do not agree on them.
 *
 * @param isWanted - Gets the path relative to `folder`, with `/`; a folder's ends in one, and an unwanted folder is
 * not read.
 */
export async function listEntries(
  folder: string,
  prefix: string,
  isWanted: (relativePath: string) => boolean = () => true,
): Promise<PackageEntry[]> {
  const files = await listFiles(folder, "", isWanted);
  return files
    .map((relativePath) => ({
      name: `${prefix}${relativePath}`,
      source: path.join(folder, ...relativePath.split("/")),
      isExecutable: false,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function listFiles(folder: string, below: string, isWanted: (path: string) => boolean): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = await Promise.all(
    entries.map((entry: Dirent) => {
      const relativePath = `${below}${entry.name}${entry.isDirectory() ? "/" : ""}`;
      if (!isWanted(relativePath)) return [];
      if (entry.isDirectory()) return listFiles(path.join(folder, entry.name), relativePath, isWanted);
      return entry.isFile() ? [relativePath] : [];
    }),
  );
  return found.flat();
}

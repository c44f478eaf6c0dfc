import { readdir } from "node:fs/promises";
import path from "node:path";

/** One file of a package. */
export type PackageEntry = {
  /** Name inside the package, with `/`. */
  name: string;
  /** Where its bytes lie on this machine. */
  source: string;
  isExecutable: boolean;
};

/**
 * Every regular file below `folder`, sorted by name. Links are left out: what they point to may lie anywhere, and Azure's
 * unpackers do not agree on them.
 *
 * @param isWanted - Decides by the path relative to `folder`, with `/`.
 */
export async function listEntries(
  folder: string,
  prefix: string,
  isWanted: (relativePath: string) => boolean = () => true,
): Promise<PackageEntry[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((source) => ({ source, relativePath: path.relative(folder, source).split(path.sep).join("/") }))
    .filter(({ relativePath }) => isWanted(relativePath))
    .map(({ source, relativePath }) => ({ name: `${prefix}${relativePath}`, source, isExecutable: false }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

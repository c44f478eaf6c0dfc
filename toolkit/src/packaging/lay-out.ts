import { chmod, copyFile, mkdir } from "node:fs/promises";
import path from "node:path";
import type { PackageEntry } from "./entries.ts";

/** Writes a package's files below `folder`, for a publisher that zips them itself. */
export async function layOut(entries: readonly PackageEntry[], folder: string): Promise<void> {
  for (const { name, source, isExecutable } of entries) {
    const target = path.join(folder, ...name.split("/"));
    await mkdir(path.dirname(target), { recursive: true });
    await copyFile(source, target);
    await chmod(target, isExecutable ? 0o755 : 0o644);
  }
}

// The environments created from requirements.txt files, for `same-kit env`.

import { readdir, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import { folderSize, tryFileLock } from "@same-kit/shared";
import { pythonCacheFolder } from "./cache-folder.ts";
import type { Current } from "./requirements-environment.ts";
import { BUILD_LOCK, CURRENT } from "./space.ts";

export type ListedEnvironment = {
  /** The name in a step's record: `requirements:` and the first digits of its key. */
  name: string;
  folder: string;
  sizeBytes: number;
  /** Version of the interpreter; null if no build has finished, or if an older version created it. */
  python: string | null;
  /** Whether the interpreter still exists. */
  isUsable: boolean;
  installer: string | null;
  packages: readonly string[];
  /** ISO 8601. */
  usedAt: string;
};

/** The folder of this machine's environments. */
export const environmentsFolder = (env: NodeJS.ProcessEnv): string =>
  path.join(pythonCacheFolder({ ...env, AZURE_FUNCTIONS_ENVIRONMENT: "Development" }), "environments");

/** Most recently used first. */
export async function listEnvironments(folder: string): Promise<ListedEnvironment[]> {
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(names.map((name) => describe(folder, name)));
  return found.filter((it) => it !== null).sort((left, right) => right.usedAt.localeCompare(left.usedAt));
}

async function describe(parent: string, name: string): Promise<ListedEnvironment | null> {
  const folder = path.join(parent, name);
  const file = path.join(folder, CURRENT);
  const stats = await stat(file).catch(() => stat(folder).catch(() => null));
  if (stats === null) return null;
  const current = await readFile(file, "utf8").then(parse, () => null);
  const isUsable = current !== null && (await stat(current.python).catch(() => null)) !== null;
  return {
    name: `requirements:${name.slice(0, 12)}`,
    folder,
    sizeBytes: await folderSize(folder),
    python: current?.version ?? null,
    isUsable,
    installer: current?.lock?.installer ?? null,
    packages: current?.lock?.packages ?? [],
    usedAt: stats.mtime.toISOString(),
  };
}

function parse(text: string): Current | null {
  try {
    return JSON.parse(text) as Current;
  } catch {
    return null;
  }
}

/**
 * Removes an environment, unless it is being built.
 *
 * @returns Whether it was removed.
 */
export async function removeEnvironment({ folder }: Pick<ListedEnvironment, "folder">): Promise<boolean> {
  const lock = await tryFileLock(path.join(folder, BUILD_LOCK));
  if (lock === undefined) return false;
  await rm(folder, { recursive: true, force: true });
  await lock.release().catch(() => {});
  return true;
}

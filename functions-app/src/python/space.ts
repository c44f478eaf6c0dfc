import { readdir, rm, stat, statfs } from "node:fs/promises";
import path from "node:path";
import { folderSize } from "@same-kit/shared";
import { PythonError } from "./errors.ts";

export type SpaceLimits = {
  isInCloud: boolean;
  environmentsDir: string;
  /** The maximum size of an environment in the cloud's temp folder. */
  environmentBytes: number;
};

/** Exists in the folder of an environment while a process builds it. */
export const BUILD_LOCK = "build.lock";
/** Names the complete folder of an environment; its modification time is the time of the last use. */
export const CURRENT = "current.json";

const MiB = 1024 * 1024;

/** Flex Consumption has 0.8 GB of temp storage, which steps and their sessions also need. */
export const DEFAULT_ENVIRONMENT_BYTES = 500 * MiB;
/** pip itself takes some 20 MB, and unpacks next to its downloads. */
const LEAST_FREE_BYTES = 128 * MiB;

/** In the cloud: removes other environments when space runs short, and refuses to start without enough. */
export async function makeRoom(
  { isInCloud, environmentsDir, environmentBytes }: SpaceLimits,
  key: string,
): Promise<void> {
  if (!isInCloud) return;
  if ((await freeBytes(environmentsDir)) < environmentBytes) await removeOthers(environmentsDir, key);
  const free = await freeBytes(environmentsDir);
  if (free >= LEAST_FREE_BYTES) return;
  throw new PythonError(
    "ERR_PYTHON_NO_SPACE",
    `requirements.txt cannot be installed: the temp folder has ${toMiB(free)} MiB left, but at least ${toMiB(LEAST_FREE_BYTES)} MiB are needed. ${wayOut}`,
  );
}

/** @throws PythonError if an environment in the cloud is larger than the limit. */
export async function checkSize(folder: string, { isInCloud, environmentBytes }: SpaceLimits): Promise<void> {
  if (!isInCloud) return;
  const size = await folderSize(folder);
  if (size <= environmentBytes) return;
  throw new PythonError(
    "ERR_PYTHON_NO_SPACE",
    `The packages of requirements.txt take ${toMiB(size)} MiB, more than the ${toMiB(environmentBytes)} MiB that an environment may use in the temp folder (SAME_MAX_ENVIRONMENT_BYTES). ${wayOut}`,
  );
}

const wayOut =
  "Ship large packages with the app instead (same-kit up --with NAME,…), or use a plan with more temp storage.";

const toMiB = (bytes: number): number => Math.round(bytes / MiB);

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Skips those that are being built. A step that is running in a removed one fails, which is rarer than a full disk. */
async function removeOthers(environmentsDir: string, key: string): Promise<void> {
  for (const name of await readdir(environmentsDir)) {
    const folder = path.join(environmentsDir, name);
    const isBuilding = await stat(path.join(folder, BUILD_LOCK)).catch(() => undefined);
    if (name !== key && isBuilding === undefined) await rm(folder, { recursive: true, force: true });
  }
}

import { mkdtempSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { cacheFolder, tryMakeOwnFolder } from "@same-kit/shared";

/** Whether the app runs in Azure rather than on a developer's machine: `func start` and the local host set "Development". */
export const isInCloud = (env: NodeJS.ProcessEnv): boolean => env["AZURE_FUNCTIONS_ENVIRONMENT"] !== "Development";

/**
 * The folder for virtual environments and compiled files that later runs reuse: in the user's cache folder on a machine, below the
 * temp folder in the cloud, where other folders are read-only or lost after a restart. `SAME_KIT_CACHE` overrides both.
 *
 * @param tempDir - Default: the system's.
 */
export function pythonCacheFolder(env: NodeJS.ProcessEnv, tempDir: string = os.tmpdir()): string {
  if (isInCloud(env) && !env["SAME_KIT_CACHE"]) return cacheInTempFolder(path.join(tempDir, "same-kit-cache"));
  return path.join(cacheFolder(env), "python");
}

/**
 * The temp folder is open to all users, and Python runs files in the cache. If another user created the folder first, this process
 * uses a folder with an unguessable name.
 */
function cacheInTempFolder(folder: string): string {
  let isOwn: boolean;
  try {
    isOwn = tryMakeOwnFolder(folder);
  } catch {
    return folder; // It cannot be created: the first step that needs it reports why.
  }
  return isOwn ? folder : mkdtempSync(`${folder}-`);
}

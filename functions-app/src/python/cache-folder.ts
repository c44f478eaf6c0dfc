import os from "node:os";
import path from "node:path";
import { cacheFolder } from "@same-kit/shared";

/** Whether the app runs in Azure rather than on a developer's machine: `func start` and the local host say "Development". */
export const isInCloud = (env: NodeJS.ProcessEnv): boolean => env["AZURE_FUNCTIONS_ENVIRONMENT"] !== "Development";

/**
 * Where virtual environments and compiled files are kept from run to run: in the user's cache folder on a machine, below the temp
 * folder in the cloud, where other places are read-only or gone after a restart. `SAME_KIT_CACHE` decides in both.
 */
export function pythonCacheFolder(env: NodeJS.ProcessEnv): string {
  if (isInCloud(env) && !env["SAME_KIT_CACHE"]) return path.join(os.tmpdir(), "same-kit-cache");
  return path.join(cacheFolder(env), "python");
}

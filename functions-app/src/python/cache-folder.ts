import os from "node:os";
import path from "node:path";

/** Whether the app runs in Azure rather than on somebody's machine: `func start` and the local host say "Development". */
export const isInCloud = (env: NodeJS.ProcessEnv): boolean => env["AZURE_FUNCTIONS_ENVIRONMENT"] !== "Development";

/**
 * Where environments and compiled files are kept from run to run: per user on a machine, below the temp folder in the cloud, whose
 * other places are read-only or gone after a restart. `SAME_CACHE_DIR` overrides it.
 */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const wanted = env["SAME_CACHE_DIR"];
  if (wanted) return path.resolve(wanted);
  if (isInCloud(env)) return path.join(os.tmpdir(), "same-kit-cache");
  const home = env["HOME"] ?? os.homedir();
  if (process.platform === "darwin") return path.join(home, "Library", "Caches", "same-kit", "python");
  return path.join(env["XDG_CACHE_HOME"] || path.join(home, ".cache"), "same-kit", "python");
}

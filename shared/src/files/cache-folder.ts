import { homedir } from "node:os";
import path from "node:path";

/**
 * Folder for caches shared by all projects of a user: `SAME_KIT_CACHE`, or `same-kit` in the platform's cache folder.
 */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const wanted = env["SAME_KIT_CACHE"];
  if (wanted) return path.resolve(wanted);
  const home = env["HOME"] || homedir();
  if (process.platform === "darwin") return path.join(home, "Library", "Caches", "same-kit");
  return path.join(env["XDG_CACHE_HOME"] || path.join(home, ".cache"), "same-kit");
}

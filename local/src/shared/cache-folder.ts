import { homedir } from "node:os";
import path from "node:path";

/** What is kept once per user, whatever the project: `SAME_KIT_CACHE`, else the platform's cache folder. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const wanted = env["SAME_KIT_CACHE"];
  if (wanted) return path.resolve(wanted);
  if (process.platform === "darwin") return path.join(homedir(), "Library", "Caches", "same-kit");
  return path.join(env["XDG_CACHE_HOME"] || path.join(homedir(), ".cache"), "same-kit");
}

import path from "node:path";
import { cacheFolder } from "../files/cache-folder.ts";

// Each of these calls thousands of functions that no other command calls. Their compiled code is stored separately: only
// the first few processes add to it, whichever commands they run.
const OWN_FOLDER: ReadonlySet<string> = new Set(["local run", "local up", "func start"]);

/**
 * Where {@link requireCompiled} stores compiled code.
 *
 * @param args - Arguments of the command.
 */
export function compiledFolder(env: NodeJS.ProcessEnv, args: readonly string[] = []): string {
  const command = args.slice(0, 2).join(" ");
  return path.join(cacheFolder(env), "compiled", OWN_FOLDER.has(command) ? command.replace(" ", "-") : "");
}

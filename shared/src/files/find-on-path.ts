import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";

/** All programs called `name` in the folders of PATH, in PATH order; `.exe` is added on Windows. */
export function findOnPath(name: string, env: NodeJS.ProcessEnv): string[] {
  const folders = (env["PATH"] ?? env["Path"] ?? "").split(path.delimiter).filter((folder) => folder !== "");
  const file = process.platform === "win32" && !name.endsWith(".exe") ? `${name}.exe` : name;
  return folders.map((folder) => path.resolve(folder, file)).filter(isProgram);
}

/** False also for a file that cannot be accessed, for example in another user's folder. */
function isProgram(file: string): boolean {
  try {
    // Most folders have no such file, and an error is made with its stack.
    if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return false;
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

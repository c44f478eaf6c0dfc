import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";

/** The programs called `name` in the folders of PATH, first choice first; `.exe` is added on Windows. */
export function findOnPath(name: string, env: NodeJS.ProcessEnv): string[] {
  const folders = (env["PATH"] ?? env["Path"] ?? "").split(path.delimiter).filter((folder) => folder !== "");
  const file = process.platform === "win32" && !name.endsWith(".exe") ? `${name}.exe` : name;
  return folders.map((folder) => path.resolve(folder, file)).filter(isProgram);
}

/** What may not be looked at, such as another user's folder, does not count. */
function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

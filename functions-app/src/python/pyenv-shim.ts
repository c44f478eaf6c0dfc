// A pyenv shim is a shell script that starts a dozen others to find the selected Python, which takes a tenth of a second at every start.

import { existsSync, readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

const VERSION_FILE = ".python-version";

/** The folder of pyenv: `PYENV_ROOT`, otherwise `~/.pyenv`. It may not exist. */
export function pyenvRoot(env: NodeJS.ProcessEnv): string {
  return env["PYENV_ROOT"] || path.join(env["HOME"] ?? env["USERPROFILE"] ?? os.homedir(), ".pyenv");
}

/**
 * The program that a pyenv shim would run: the version that `PYENV_VERSION`, a `.python-version` or pyenv's own file names.
 *
 * @param folder - Where the search for `.python-version` starts; it continues in the folders above.
 * @returns `file` itself if it is not such a shim, or if pyenv must decide: several versions, a short or unknown one, `system`.
 */
export function behindShim(file: string, env: NodeJS.ProcessEnv, folder: string): string {
  const root = pyenvRoot(env);
  if (path.dirname(file) !== path.join(root, "shims")) return file;
  const version = env["PYENV_VERSION"] || (env["PYENV_DIR"] ? "" : chosenVersion(root, folder));
  if (!/^[A-Za-z0-9][\w.+-]*$/.test(version) || version === "system") return file;
  const program = path.join(root, "versions", version, "bin", path.basename(file));
  return existsSync(program) ? program : file;
}

function chosenVersion(root: string, folder: string): string {
  for (let at = folder; ; at = path.dirname(at)) {
    const text = readText(path.join(at, VERSION_FILE));
    if (text !== undefined) return wordIn(text);
    if (at === path.dirname(at)) return wordIn(readText(path.join(root, "version")) ?? "");
  }
}

/** @returns An empty text unless there is exactly one line with content. */
function wordIn(text: string): string {
  const lines = text.split("\n").map((line) => line.trim());
  const [first = "", ...others] = lines.filter((line) => line !== "" && !line.startsWith("#"));
  return others.length === 0 ? (first.split(/\s/, 1)[0] ?? "") : "";
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

import path from "node:path";

/** Where state and records lie below a folder. */
export function stateDirBelow(folder: string): string {
  return path.join(folder, ".same-kit");
}

/** What makes a command that is named in a hint find the same state: nothing where it would anyway. */
export function stateDirFlag(stateDir: string, cwd: string): string {
  if (path.resolve(stateDir) === stateDirBelow(path.resolve(cwd))) return "";
  const relative = path.relative(cwd, stateDir);
  const shown = relative.startsWith("..") ? stateDir : relative;
  return ` --state-dir ${/\s/.test(shown) ? JSON.stringify(shown) : shown}`;
}

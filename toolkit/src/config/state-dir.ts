import path from "node:path";

/** The folder of state and records below a folder. */
export function stateDirBelow(folder: string): string {
  return path.join(folder, ".same-kit");
}

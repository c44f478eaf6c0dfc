import path from "node:path";

/** The folder for state and records inside a folder. */
export function stateDirBelow(folder: string): string {
  return path.join(folder, ".same-kit");
}

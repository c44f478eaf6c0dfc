import path from "node:path";

/** Where state and records lie below a folder. */
export function stateDirBelow(folder: string): string {
  return path.join(folder, ".same-kit");
}

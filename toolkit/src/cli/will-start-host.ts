import { readdirSync } from "node:fs";
import path from "node:path";
import { stateFolderAt } from "@same-kit/local";
import { stateDirBelow } from "../config/state-dir.ts";

const STARTS_NONE: ReadonlySet<string> = new Set(["--help", "-h", "--keep"]);

/**
 * Guesses, before the command is loaded, whether it will start a host in its own process: if it runs a notebook, and
 * no host is recorded next to the notebook or in the current folder. A wrong guess only costs time.
 *
 * @param argv - Without the program's own name.
 */
export function willStartHost([group, name, ...rest]: readonly string[], cwd: string): boolean {
  if (group !== "local" || name !== "run" || rest.some((word) => STARTS_NONE.has(word))) return false;
  // A running process cannot redirect its output to a log there.
  if (process.platform === "win32") return false;
  // They include the notebook, its folder or its same.yaml, and the state folder, if these are given.
  const named = rest.filter((word) => !word.startsWith("-")).map((word) => path.resolve(cwd, word));
  const folders = [cwd, ...named, ...named.map((word) => path.dirname(word))];
  return ![...folders.map(stateDirBelow), ...named].some(hasHost);
}

function hasHost(stateDir: string): boolean {
  try {
    return readdirSync(stateFolderAt(stateDir).hostsDir).some((file) => file.endsWith(".json"));
  } catch {
    return false; // There is no such folder.
  }
}

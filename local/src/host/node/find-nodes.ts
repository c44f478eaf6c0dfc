import { execFile } from "node:child_process";
import { readdir, realpath } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { findOnPath } from "@same-kit/shared";

/** A Node.js installation on this machine. */
export type FoundNode = {
  /** Absolute path of its executable. */
  file: string;
  /** For example `22.15.0`. */
  version: string;
};

const EXECUTABLE = process.platform === "win32" ? "node.exe" : "node";
// A first start from a cold disk takes seconds; a program that merely has the name may never answer.
const ANSWER_TIMEOUT_MS = 10_000;

/** Finds those on PATH, followed by those installed by nvm; every file once. */
export async function findNodes(env: NodeJS.ProcessEnv): Promise<FoundNode[]> {
  const inFolders = (await nvmFolders(env)).map((folder) => path.join(folder, EXECUTABLE));
  const candidates = [...findOnPath("node", env), ...inFolders];
  const files = await Promise.all(candidates.map((file) => realpath(file).catch(() => null)));
  const found = await Promise.all([...new Set(files)].map((file) => (file === null ? null : probeNode(file))));
  return found.filter((it) => it !== null);
}

/** @returns null if it does not answer like Node.js. */
export async function probeNode(file: string): Promise<FoundNode | null> {
  try {
    const { stdout } = await promisify(execFile)(file, ["--version"], { timeout: ANSWER_TIMEOUT_MS });
    const [, version] = /^v(\d+\.\d+\.\d+)\s*$/.exec(stdout) ?? [];
    return version === undefined ? null : { file, version };
  } catch {
    return null;
  }
}

async function nvmFolders(env: NodeJS.ProcessEnv): Promise<string[]> {
  const folder = path.join(env["NVM_DIR"] ?? path.join(homedir(), ".nvm"), "versions", "node");
  const versions = await readdir(folder).catch(() => []);
  return versions.map((version) => path.join(folder, version, "bin"));
}

import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { isProcessAlive, type ProcessIdentity, readJson, writeJsonAtomic } from "@same-kit/shared";

/** What other commands need to know of a running host. */
export type RunFile = {
  process: ProcessIdentity;
  url: string;
  port: number;
  hubName: string;
  appDir: string;
  /** As the user chose it; a connection string only by its account and endpoint, never with its key. */
  storage: string;
  startedAt: string;
  /** Whether it runs in the background. */
  isDetached: boolean;
  /** What a detached host prints. */
  logFile?: string;
};

export async function writeRunFile(hostsDir: string, runFile: RunFile): Promise<void> {
  await writeJsonAtomic(fileOf(hostsDir, runFile.process.pid, runFile.port), runFile);
}

export async function removeRunFile(hostsDir: string, { process: { pid }, port }: RunFile): Promise<void> {
  await rm(fileOf(hostsDir, pid, port), { force: true });
}

/** The hosts that run now, oldest first; what crashed hosts left behind is removed. */
export async function listRunFiles(hostsDir: string): Promise<RunFile[]> {
  const names = (await readdir(hostsDir).catch(() => [])).filter((name) => name.endsWith(".json"));
  const found = await Promise.all(names.map((name) => readLiveRunFile(path.join(hostsDir, name))));
  return found
    .filter((runFile) => runFile !== undefined)
    .sort((left, right) => left.startedAt.localeCompare(right.startedAt));
}

async function readLiveRunFile(file: string): Promise<RunFile | undefined> {
  const runFile = (await readJson(file)) as Partial<RunFile> | undefined;
  if (typeof runFile?.process?.pid === "number" && isProcessAlive(runFile.process)) return runFile as RunFile;
  await rm(file, { force: true });
  return undefined;
}

// One process may run several hosts, as tests do.
function fileOf(hostsDir: string, pid: number, port: number): string {
  return path.join(hostsDir, `${pid}-${port}.json`);
}

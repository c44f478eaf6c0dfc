import { readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { isProcessAlive, type ProcessIdentity, readJson, writeFileAtomic, writeJsonAtomic } from "@same-kit/shared";

/** What other commands need to know about a running host. */
export type RunFile = {
  process: ProcessIdentity;
  url: string;
  port: number;
  /** PEM file of its self-signed HTTPS certificate; absent: HTTP, or a certificate provided by the user. */
  trustFile?: string;
  hubName: string;
  appDir: string;
  /** As the user chose it; a connection string is reduced to its account and endpoint, never with its key. */
  storage: string;
  startedAt: string;
  /** Whether it runs in the background. */
  isDetached: boolean;
  /** Output file of a detached host. */
  logFile?: string;
};

/** @param connectionString - Of the host's storage, including its key: stored separately from what commands show. */
export async function writeRunFile(hostsDir: string, runFile: RunFile, connectionString: string): Promise<void> {
  const file = fileOf(hostsDir, runFile);
  await writeFileAtomic(storageFileOf(file), connectionString);
  await writeJsonAtomic(file, runFile);
}

export async function removeRunFile(hostsDir: string, runFile: RunFile): Promise<void> {
  await removeFiles(fileOf(hostsDir, runFile));
}

/** @returns `undefined` if the host has ended. */
export async function readHostStorage(hostsDir: string, runFile: RunFile): Promise<string | undefined> {
  return readFile(storageFileOf(fileOf(hostsDir, runFile)), "utf8").catch(() => undefined);
}

/** The running hosts, oldest first; files left by crashed hosts are removed. */
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
  await removeFiles(file);
  return undefined;
}

async function removeFiles(file: string): Promise<void> {
  await Promise.all([file, storageFileOf(file)].map((it) => rm(it, { force: true })));
}

// One process may run several hosts, as tests do.
function fileOf(hostsDir: string, { process: { pid }, port }: RunFile): string {
  return path.join(hostsDir, `${pid}-${port}.json`);
}

const storageFileOf = (file: string): string => file.replace(/\.json$/, ".storage");

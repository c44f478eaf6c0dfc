import { readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { isProcessAlive, type ProcessIdentity, readJson, writeFileAtomic, writeJsonAtomic } from "@same-kit/shared";

/** What other commands need to know of a running host. */
export type RunFile = {
  process: ProcessIdentity;
  url: string;
  port: number;
  /** PEM file of the certificate of its own that it serves HTTPS with; absent: HTTP, or a certificate that the user brought. */
  trustFile?: string;
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

/** @param connectionString - Of the host's storage, with its key: kept apart from what commands show. */
export async function writeRunFile(hostsDir: string, runFile: RunFile, connectionString: string): Promise<void> {
  const file = fileOf(hostsDir, runFile);
  await writeFileAtomic(storageFileOf(file), connectionString);
  await writeJsonAtomic(file, runFile);
}

export async function removeRunFile(hostsDir: string, runFile: RunFile): Promise<void> {
  await removeFiles(fileOf(hostsDir, runFile));
}

/** @returns `undefined` for a host that has ended. */
export async function readHostStorage(hostsDir: string, runFile: RunFile): Promise<string | undefined> {
  return readFile(storageFileOf(fileOf(hostsDir, runFile)), "utf8").catch(() => undefined);
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

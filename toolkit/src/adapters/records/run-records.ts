// The record of each run: a folder below `.same-kit/runs/` with the request, the status, the log and, once the run has
// ended, the summary and the session. Readers must support older formats; `formatVersion` identifies the format.

import { createWriteStream, mkdirSync, type WriteStream } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import type { InitiateRequest } from "@same-kit/functions-app/contract";
import { openStateFolder, stateFolderAt } from "@same-kit/local";
import { folderSize, readLocalFile, writeFileAtomic } from "@same-kit/shared";

export type RunState =
  /** Sent to the app, and not known to have ended. */
  | "running"
  | "completed"
  | "failed"
  | "terminated"
  /** Unfinished when its host stopped; it waits for `local resume` or `local discard`. */
  | "suspended"
  /** The storage no longer knows it. */
  | "lost";

export type RunRecord = {
  formatVersion: 1;
  id: string;
  notebook: string;
  /** The path from the command line, made absolute. */
  location: string;
  state: RunState;
  steps: readonly string[];
  sameEnv: string;
  /** The injected parameters; absent in records of an older same-kit. */
  parameters?: Readonly<Record<string, { value: unknown; python: string }>>;
  /** Which steps could be taken from the cache; absent in records of an older same-kit: none. */
  cache?: "tags" | "all" | "none";
  /** The origin of its files; null or absent: it started without files. */
  files?: { folder: string; globs: readonly string[] | null } | null;
  /** The folder to which its files are written when it completes; absent: none. */
  inPlace?: {
    folder: string;
    /** The run that it continues, whose knowledge of the folder it takes over. */
    after?: string;
  };
  startedAt: string;
  endedAt: string | null;
  /** The process of the host that runs it. */
  hostPid: number;
  /** Whether that host was started only for this run and stops with it. */
  ownsHost: boolean;
  hubName: string | null;
  /** The `--storage` value without keys; a run is continued on the same storage. */
  storage: string | null;
  python: string | null;
  /** The address of the app that runs it, if that is not a host of this state folder. */
  appUrl?: string;
  /** The earlier run whose first `steps` steps it keeps; absent: it began with its first step. */
  continues?: { id: string; steps: number };
  /** Why it ended, if it did not complete. */
  reason: string | null;
};

/** One run's folder. */
export type RunFolder = {
  dir: string;
  /** The state folder that contains it. */
  stateDir: string;
  record: RunRecord;
  update(changes: Partial<RunRecord>): Promise<void>;
  saveSummary(summary: unknown): Promise<void>;
  /** @returns The file's path. */
  saveSession(session: Uint8Array | AsyncIterable<Uint8Array>): Promise<string>;
  readRequest(): Promise<InitiateRequest>;
  /** Any other result file. @returns The file's path. */
  saveFile(name: string, content: string | Uint8Array): Promise<string>;
  /** The text of a file in the folder; null if it does not exist. */
  readFile(name: string): Promise<string | null>;
  openLog(): WriteStream;
};

const FORMAT_VERSION = 1;

export class RunRecords {
  readonly stateDir: string;
  readonly #dir: string;

  constructor(stateDir: string) {
    this.stateDir = stateDir;
    this.#dir = stateFolderAt(stateDir).runsDir;
  }

  /** @param files - Other files to store from the start of the run. */
  async create(
    record: Omit<RunRecord, "formatVersion">,
    request: InitiateRequest,
    files: Readonly<Record<string, string>> = {},
  ): Promise<RunFolder> {
    await openStateFolder(this.stateDir);
    const dir = path.join(this.#dir, record.id);
    mkdirSync(dir, { recursive: true });
    for (const [name, content] of Object.entries({ ...files, "request.json": JSON.stringify(request) })) {
      await writeFileAtomic(path.join(dir, name), content);
    }
    const folder = toFolder(dir, { formatVersion: FORMAT_VERSION, ...record });
    await folder.update({});
    return folder;
  }

  /** The folder of a run's record, whether or not it exists. */
  folderOf(id: string): string {
    return path.join(this.#dir, id);
  }

  /** Oldest first; records of a newer same-kit are skipped. */
  async list(): Promise<RunFolder[]> {
    const names = await readdir(this.#dir).catch(() => []);
    const found = await Promise.all(names.map((name) => this.find(name)));
    return found
      .filter((folder) => folder !== null)
      .sort((left, right) => left.record.startedAt.localeCompare(right.record.startedAt));
  }

  async find(id: string): Promise<RunFolder | null> {
    if (id !== path.basename(id)) return null;
    const dir = path.join(this.#dir, id);
    const record = await readRecord(path.join(dir, "status.json"));
    return record === null ? null : toFolder(dir, record);
  }

  /** @returns The number of bytes freed. */
  async remove({ dir }: RunFolder): Promise<number> {
    const size = await folderSize(dir);
    await rm(dir, { recursive: true, force: true });
    return size;
  }
}

const toJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

type FileContent = string | Uint8Array | AsyncIterable<Uint8Array>;

function toFolder(dir: string, initial: RunRecord): RunFolder {
  let record = initial;
  // A removed record must stay removed.
  const write = (name: string, content: FileContent) =>
    writeFileAtomic(path.join(dir, name), content, { makesFolder: false });
  const read = async (name: string) => (await readLocalFile(path.join(dir, name))).toString("utf8");
  return {
    dir,
    stateDir: path.dirname(path.dirname(dir)),
    get record() {
      return record;
    },
    async update(changes) {
      record = { ...record, ...changes };
      await write("status.json", toJson(record));
    },
    saveSummary: (summary) => write("summary.json", toJson(summary)),
    async saveSession(session) {
      await write("session.dill", session);
      return path.join(dir, "session.dill");
    },
    readRequest: async () => JSON.parse(await read("request.json")) as InitiateRequest,
    async saveFile(name, content) {
      await write(name, content);
      return path.join(dir, name);
    },
    readFile: (name) => read(name).catch(() => null),
    openLog: () => createWriteStream(path.join(dir, "log.txt"), { flags: "a", mode: 0o600 }),
  };
}

async function readRecord(file: string): Promise<RunRecord | null> {
  try {
    const record = JSON.parse((await readLocalFile(file)).toString("utf8")) as RunRecord;
    return record.formatVersion === FORMAT_VERSION ? record : null;
  } catch {
    return null; // A crash left the folder before its status was written.
  }
}

import { spawn } from "node:child_process";
import { lstat, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { RunDetail, RunFile, RunStep, RunSummary, RunsSource } from "@same-kit/local";
import { hintText, isRecord, OperationError, packageRoot, reasonOf, sameKit } from "@same-kit/shared";
import type { ToolkitErrorCode } from "../../errors.ts";
import { type RunFolder, type RunRecord, RunRecords } from "./run-records.ts";

/** The page does not show larger files; they are in the folder. */
const MAX_SHOWN_BYTES = 64 * 1024 * 1024;
const MAX_FILES = 2000;
const RESUMABLE: readonly RunRecord["state"][] = ["failed", "suspended", "terminated"];

/** The recorded runs of a state folder, as the inspector shows them. */
export function inspectedRuns(stateDir: string): RunsSource {
  const records = new RunRecords(stateDir);
  return {
    list: async () => (await records.list()).map(({ record }) => toSummary(record)).reverse(),
    async find(id) {
      const folder = await records.find(id);
      return folder === null ? null : toDetail(folder);
    },
    async readFile(id, name) {
      const folder = await records.find(id);
      return folder === null ? null : readListed(folder.dir, name);
    },
    resume: (id) => resumeInBackground(stateDir, id),
  };
}

function toSummary(record: RunRecord): RunSummary {
  const { id, state, steps, startedAt, endedAt, reason, continues = null } = record;
  return { id, notebook: path.basename(record.location), state, steps, startedAt, endedAt, reason, continues };
}

async function toDetail({ dir, stateDir, record, readFile: read }: RunFolder): Promise<RunDetail> {
  const summary = parse(await read("summary.json"));
  const files = await listFiles(dir);
  return {
    ...toSummary(record),
    location: record.location,
    parameters: Object.fromEntries(Object.entries(record.parameters ?? {}).map(([name, { value }]) => [name, value])),
    python: record.python,
    storage: record.storage,
    stepResults: stepsIn(summary, record.steps),
    summary,
    files,
    report: files.some((it) => it.path === "report.html") ? "report.html" : null,
    resumeCommand: RESUMABLE.includes(record.state) ? resumeCommand(record.id, stateDir) : null,
  };
}

/** A command that can be pasted in any folder. */
function resumeCommand(id: string, stateDir: string): string {
  return hintText([{ ...sameKit("local resume", id, "--state-dir", stateDir), isBare: true }]);
}

/** The steps from the summary; before it is written, only their names. */
function stepsIn(summary: unknown, names: readonly string[]): RunStep[] {
  const results = isRecord(summary) && Array.isArray(summary["steps"]) ? summary["steps"].filter(isRecord) : [];
  return names.map((name) => {
    const result = results.find((it) => it["name"] === name);
    const { status, durationMs } = result ?? {};
    return {
      name,
      state: typeof status === "string" ? status : null,
      durationMs: typeof durationMs === "number" ? durationMs : null,
    };
  });
}

/** Regular files only: a step may have left links to anything. */
async function listFiles(dir: string): Promise<RunFile[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  const names = entries
    .filter((it) => it.isFile())
    .map((it) => path.relative(dir, path.join(it.parentPath, it.name)).split(path.sep).join("/"));
  const files = await Promise.all(
    names
      .sort()
      .slice(0, MAX_FILES)
      .map(async (name) => ({
        path: name,
        bytes: (await lstat(path.join(dir, name)).catch(() => ({ size: 0 }))).size,
      })),
  );
  return files;
}

/** Only files that {@link listFiles} returns, so that no path leads out of the folder. */
async function readListed(dir: string, name: string): Promise<Buffer | null> {
  const file = (await listFiles(dir)).find((it) => it.path === name);
  if (file === undefined || file.bytes > MAX_SHOWN_BYTES) return null;
  return readFile(path.join(dir, name)).catch(() => null);
}

/** Runs the command as a person would: it finds the running host of this folder, or starts one. */
async function resumeInBackground(stateDir: string, id: string): Promise<void> {
  const launcher = path.join(packageRoot(), "bin", "same-kit.cjs");
  const args = [launcher, "local", "resume", id, "--state-dir", stateDir];
  const child = spawn(process.execPath, args, { detached: true, stdio: "ignore" });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (error) => reject(notStarted(error)));
  });
  child.unref();
}

function notStarted(cause: unknown): OperationError<ToolkitErrorCode> {
  const message = `The run could not be resumed: ${reasonOf(cause)}.`;
  return new OperationError({ code: "ERR_RUN_FAILED", message, cause });
}

function parse(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null; // Incomplete: the run is ending now.
  }
}

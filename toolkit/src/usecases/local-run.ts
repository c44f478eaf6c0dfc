import { randomBytes } from "node:crypto";
import { type RunFolder, type RunRecord, RunRecords } from "../adapters/records/run-records.ts";
import { stateDirBelow } from "../config/state-dir.ts";
import type { ChosenHost, HostChoice } from "./choose-host.ts";
import { type CompiledSource, compileSource } from "./compile-source.ts";
import { recoverRun } from "./continue-run.ts";
import { type OnHostDeps, onHost } from "./on-host.ts";
import type { RunSummary } from "./run-summary.ts";
import { superviseRun } from "./supervise-run.ts";

export type LocalRunOptions = HostChoice & {
  /** Absolute. */
  location: string;
  /** Null: `.same-kit` beside the file that is run. */
  stateDir: string | null;
  sameEnv: string | null;
  /** Leave a host in the background that goes on. */
  keep: boolean;
  /** Of the whole run; null: none. */
  timeoutMs: number | null;
  isVerbose: boolean;
  /** Whether a session that is too large for an answer is saved beside the record. */
  savesLargeSession: boolean;
};

export type LocalRunDeps = OnHostDeps;

/** Compiles, boots what does not run yet, runs, shows each step, and stops what it booted. */
export async function localRun(options: LocalRunOptions, deps: LocalRunDeps): Promise<RunSummary> {
  const { location, sameEnv, keep, port, storage, python } = options;
  const source = await deps.view.phase("Compile the notebook", () => compileSource({ location, sameEnv }));
  for (const warning of source.warnings) deps.warn(warning);
  const records = new RunRecords(options.stateDir ?? stateDirBelow(source.folder));
  const { request, steps, warnings } = source;
  const { timeoutMs, isVerbose, savesLargeSession } = options;
  const choice = { keep, port, storage, python };
  const run = { records, choice, steps, warnings, timeoutMs, isVerbose, savesLargeSession };
  let folder: RunFolder | null = null;
  try {
    return await onHost(run, deps, async (at) => {
      const created = await records.create(newRecord(source, options, at.host), request);
      folder = created;
      // Not `signal`: a run that was sent must be known, to be ended.
      const start = { runId: created.record.id, sameEnv: source.sameEnv, signal: deps.leaveNow };
      const begin = () => at.client.start(request, start);
      return superviseRun({ ...run, ...at, folder: created, begin, beginAgain: begin }, deps);
    });
  } catch (error) {
    if (folder === null) throw error;
    return recoverRun({ ...run, folder }, error, deps);
  }
}

function newRecord(
  source: CompiledSource,
  { location, python }: LocalRunOptions,
  host: ChosenHost,
): Omit<RunRecord, "formatVersion"> {
  const { config, steps, sameEnv } = source;
  const now = new Date();
  return {
    id: newRunId(config.notebook.name, now),
    notebook: config.notebook.name,
    location,
    state: "running",
    steps: steps.map(({ name }) => name),
    sameEnv,
    startedAt: now.toISOString(),
    endedAt: null,
    hostPid: host.hostPid,
    ownsHost: host.booted !== null,
    hubName: host.hubName,
    storage: host.storage,
    python,
    reason: null,
  };
}

const MAX_STEM_LENGTH = 40;

/** Such as `singlestep-20261125-094512-4f2c`: sorts by time, and can be typed. */
export function newRunId(notebook: string, now: Date): string {
  const letters = notebook.replaceAll(/[^A-Za-z0-9]+/g, "-").replaceAll(/^-+|-+$/g, "");
  const time = now
    .toISOString()
    .replaceAll(/[-:]|\..*$/g, "")
    .replace("T", "-");
  return `${letters.slice(0, MAX_STEM_LENGTH) || "run"}-${time}-${randomBytes(2).toString("hex")}`;
}

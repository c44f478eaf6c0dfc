import { randomBytes } from "node:crypto";
import { AppClient } from "../adapters/app/app-client.ts";
import { type RunRecord, RunRecords } from "../adapters/records/run-records.ts";
import { stateDirBelow } from "../config/state-dir.ts";
import type { Emulator, IdleHub } from "../ports.ts";
import { type ChosenHost, chooseHost, type HostChoice } from "./choose-host.ts";
import { type CompiledSource, compileSource } from "./compile-source.ts";
import { LogRelay } from "./log-relay.ts";
import type { RunSummary } from "./run-summary.ts";
import { type SuperviseDeps, superviseRun } from "./supervise-run.ts";
import { suspendOlderRuns } from "./unfinished-runs.ts";

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
};

export type LocalRunDeps = SuperviseDeps & {
  env: NodeJS.ProcessEnv;
  emulator: Emulator;
  fetch: typeof fetch;
};

/** Compiles, boots what does not run yet, runs, shows each step, and stops what it booted. */
export async function localRun(options: LocalRunOptions, deps: LocalRunDeps): Promise<RunSummary> {
  const { view, warn, signal } = deps;
  const { location, sameEnv, keep, port, storage, python, timeoutMs, isVerbose } = options;
  const source = await view.phase("Compile the notebook", () => compileSource({ location, sameEnv }));
  for (const warning of source.warnings) warn(warning);
  const records = new RunRecords(options.stateDir ?? stateDirBelow(source.folder));
  const log = new LogRelay();
  const older: string[] = [];
  const beforeWork = async (hub: IdleHub) => void older.push(...(await suspendOlderRuns(records, hub, deps)));
  const choice = { stateDir: records.stateDir, keep, port, storage, python, log, beforeWork };
  const host = await chooseHost(choice, deps);
  try {
    signal.throwIfAborted();
    for (const text of older) warn(text);
    const { request, steps, warnings } = source;
    const folder = await records.create(newRecord(source, options, host), request);
    const client = new AppClient({ address: { url: host.url, accessKey: null }, fetch: deps.fetch });
    const begin = () => client.start(request, { runId: folder.record.id, sameEnv: source.sameEnv, signal });
    const run = { client, host, folder, steps, warnings, log, begin, beginAgain: begin, timeoutMs, isVerbose };
    return await superviseRun(run, deps);
  } finally {
    await host.booted?.stop();
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

import { randomBytes } from "node:crypto";
import type { AppAddress } from "../adapters/app/app-address.ts";
import { AppClient } from "../adapters/app/app-client.ts";
import { type CollectedFiles, collectFiles } from "../adapters/files/collect-files.ts";
import { RunRecords } from "../adapters/records/run-records.ts";
import { stateDirBelow } from "../config/state-dir.ts";
import type { CacheMode } from "../notebook/cache-wishes.ts";
import { type CompiledSource, compileSource, type ParameterSources } from "./compile-source.ts";
import { driveRun } from "./run/run.ts";
import type { HostChoice, RunHost } from "./run/run-host.ts";
import type { RunDeps, RunDraft } from "./run/run-state.ts";
import type { RunSummary } from "./run/run-summary.ts";
import { describeLeftRuns } from "./run/unfinished-runs.ts";

export type LocalRunOptions = HostChoice & {
  /** Absolute. */
  location: string;
  /** Null: `.same-kit` next to the file that is run. */
  stateDir: string | null;
  sameEnv: string | null;
  /** In addition to those of same.yaml. */
  parameters: ParameterSources;
  /** `--files`; null: all files of the notebook's folder that are not ignored; []: none. */
  files: readonly string[] | null;
  /** Whether the steps' changes are also written to the notebook's folder. */
  inPlace?: boolean;
  /** Exactly the steps of upstream's compiler. */
  upstreamMagics: boolean;
  /** Which steps may be taken from the cache. */
  cache: CacheMode;
  /** For the whole run; null: none. */
  timeoutMs: number | null;
  isVerbose: boolean;
  /** Whether a session that is too large for a response is saved next to the record. */
  savesLargeSession: boolean;
};

/** Compiles, starts what is not running yet, runs, shows each step, and stops what it started. */
export async function localRun(options: LocalRunOptions, deps: RunDeps): Promise<RunSummary> {
  const { keep, port, storage, python, isOffline = false } = options;
  return startRun(options, { keep, port, storage, python, isOffline }, null, deps);
}

type RemoteRunOptions = Omit<LocalRunOptions, keyof HostChoice> & { address: AppAddress };

/** The same on an app that runs elsewhere, deployed or local, through the app's own API only. */
export async function remoteRun(options: RemoteRunOptions, deps: RunDeps): Promise<RunSummary> {
  const choice = { keep: false, port: null, storage: null, python: null };
  return startRun({ ...options, ...choice }, choice, options.address, deps);
}

async function startRun(
  options: LocalRunOptions,
  choice: HostChoice,
  address: AppAddress | null,
  deps: RunDeps,
): Promise<RunSummary> {
  const { timeoutMs, isVerbose, savesLargeSession } = options;
  const source = await deps.view.phase("Compile the notebook", () => compileSource(options));
  const { steps, folder } = source;
  const stateDir = options.stateDir ?? stateDirBelow(folder);
  const warnings = [...source.warnings];
  for (const warning of warnings) deps.warn(warning);
  // In parallel with the start of the host.
  const collecting = collect(source, options.files, stateDir).then((files) => {
    warnings.push(...(files?.warnings ?? []));
    return files;
  });
  collecting.catch(() => {});
  const draft = draftOf(source, options);
  const records = new RunRecords(stateDir);
  if (address !== null) for (const text of await describeLeftRuns(records)) deps.warn(text);
  return driveRun({
    records,
    choice,
    steps,
    warnings,
    timeoutMs,
    isVerbose,
    savesLargeSession,
    collecting,
    files: () => collecting,
    ...(address !== null && { remote: toRemote(address, draft.record.id, stateDir, deps) }),
    deps,
    subject: { kind: "draft", draft },
  });
}

/** An app that runs elsewhere, as the host of one run. */
export function toRemote(address: AppAddress, id: string, stateDir: string, { fetch, leaveNow }: RunDeps): RunHost {
  const client = new AppClient({ address, fetch });
  return {
    url: address.url,
    hubName: "",
    pid: process.pid,
    storage: "",
    stateDir,
    booted: null,
    client,
    observer: { readBlob: (name) => client.readBlob(id, name, leaveNow) },
    // It has no event stream; its status is polled.
    events: { open: async () => null },
    isRemote: true,
  };
}

async function collect(
  { notebookFolder }: CompiledSource,
  globs: LocalRunOptions["files"],
  stateDir: string,
): Promise<CollectedFiles | null> {
  return globs?.length === 0 ? null : collectFiles({ folder: notebookFolder, globs }, stateDir);
}

function draftOf(
  source: CompiledSource,
  { location, python, cache, files: globs, inPlace = false }: LocalRunOptions,
): RunDraft {
  const { config, steps, sameEnv, request, notebookText, parameters, notebookFolder } = source;
  const now = new Date();
  const record = {
    id: newRunId(config.notebook.name, now),
    notebook: config.notebook.name,
    location,
    steps: steps.map(({ name }) => name),
    sameEnv,
    parameters,
    cache,
    files: globs?.length === 0 ? null : { folder: notebookFolder, globs },
    ...(inPlace && { inPlace: { folder: notebookFolder } }),
    startedAt: now.toISOString(),
    python,
    reason: null,
  };
  return { record, request, notebookText };
}

const MAX_STEM_LENGTH = 40;

/** For example `singlestep-20261125-094512-4f2c`: it sorts by time, and can be typed. */
export function newRunId(notebook: string, now: Date): string {
  const letters = notebook.replaceAll(/[^A-Za-z0-9]+/g, "-").replaceAll(/^-+|-+$/g, "");
  const time = now
    .toISOString()
    .replaceAll(/[-:]|\..*$/g, "")
    .replace("T", "-");
  return `${letters.slice(0, MAX_STEM_LENGTH) || "run"}-${time}-${randomBytes(2).toString("hex")}`;
}

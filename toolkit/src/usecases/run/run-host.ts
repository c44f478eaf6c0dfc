import path from "node:path";
import { type Hint, hint, OperationError, sameKit } from "@same-kit/shared";
import { AppClient, type AppFetch } from "../../adapters/app/app-client.ts";
import { HostObserver } from "../../adapters/app/host-observer.ts";
import { RunRecords } from "../../adapters/records/run-records.ts";
import { stateDirBelow } from "../../config/state-dir.ts";
import type { ToolkitErrorCode } from "../../errors.ts";
import type { BootedHost, Emulator, HostEvents, IdleHub, PhaseView, RunningHost } from "../../ports.ts";
import { suspendOlderRuns } from "./unfinished-runs.ts";

export type HostChoice = {
  /** Null: any free port for a host that stops with the run, 7071 for one that is kept. */
  port: number | null;
  storage: string | null;
  python: string | null;
  /** Environments are created from packages on this machine. */
  isOffline?: boolean;
  /** Leaves the host running in the background. */
  keep: boolean;
};

/** The host of a run: one that was already running, or one that this process started and stops. */
export type RunHost = {
  url: string;
  hubName: string;
  pid: number;
  storage: string;
  /** The state folder whose commands find it. */
  stateDir: string;
  /** Null: it keeps running after the run. */
  booted: BootedHost | null;
  client: AppClient;
  observer: Pick<HostObserver, "readBlob">;
  events: HostEvents;
  /** An app selected by its address, not a host of this machine's state folders. */
  isRemote?: true;
};

export type HostWish = {
  records: RunRecords;
  choice: HostChoice;
  /** A continued run: it is searched for in its hub, and must not be suspended. Null: a new run. */
  continued: { id: string; hubName: string | null } | null;
};

export type HostDeps = {
  cwd: string;
  env: NodeJS.ProcessEnv;
  emulator: Emulator;
  fetch: typeof fetch;
  /** For a host of this process; default: `fetch`. */
  fetchLocally?: AppFetch;
  view: PhaseView;
  warn: (text: Hint) => void;
  signal: AbortSignal;
};

/** Uses a running host of our app if it has the requested properties; otherwise starts one. */
export async function openHost({ records, choice, continued }: HostWish, deps: HostDeps): Promise<RunHost> {
  const { stateDir } = records;
  const { port, storage, python, keep, isOffline = false } = choice;
  const { cwd, emulator, view } = deps;
  // These properties are fixed when a host starts.
  if (storage === null && python === null && !isOffline) {
    const wanted = { port, hubName: continued?.hubName ?? null };
    const running = await findRunningHost([stateDir, stateDirBelow(cwd)], emulator, wanted);
    if (running !== null) {
      view.skipped("Start the emulator", `a host runs at ${running.url}`);
      return fromRunning(running, deps);
    }
  }
  if (keep) {
    const kept = await view.phase("Start the emulator", () => bootToKeep(stateDir, choice, deps));
    return fromRunning({ ...kept, stateDir }, deps);
  }
  const older: Hint[] = [];
  const host = await view.phase("Start the emulator", () => bootForRun({ records, choice, continued }, older, deps));
  for (const text of older) deps.warn(text);
  return host;
}

/** @param hasEnded - Whether the run has ended; if it was interrupted or lost, the current step's work is not waited for. */
export async function closeHost({ booted }: RunHost, hasEnded: boolean): Promise<void> {
  await (hasEnded ? booted?.stop() : booted?.abandon());
}

/** The first host of our app, searched for next to the notebook, then in the current folder. */
export async function findRunningHost(
  stateDirs: readonly string[],
  emulator: Emulator,
  { port, hubName }: { port: number | null; hubName: string | null } = { port: null, hubName: null },
): Promise<(RunningHost & { stateDir: string }) | null> {
  for (const stateDir of new Set(stateDirs)) {
    const running = await emulator.listHosts(stateDir);
    if (running.length === 0) continue;
    const owned = await hostsOfRuns(stateDir);
    const isUsable = (host: RunningHost) =>
      path.resolve(host.appDir) === path.resolve(emulator.ownAppDir) &&
      !owned.has(host.process.pid) &&
      (port === null || host.port === port) &&
      (hubName === null || host.hubName === hubName);
    const found = running.find(isUsable);
    if (found !== undefined) return { ...found, stateDir };
  }
  return null;
}

/** A host that another `local run` started stops with that run. */
async function hostsOfRuns(stateDir: string): Promise<ReadonlySet<number>> {
  const runs = await new RunRecords(stateDir).list();
  const owning = runs.filter(({ record }) => record.ownsHost && record.state === "running");
  return new Set(owning.map(({ record }) => record.hostPid));
}

/** @param older - Collects messages about older runs, which can only be shown when nothing is being drawn. */
async function bootForRun({ records, choice, continued }: HostWish, older: Hint[], deps: HostDeps): Promise<RunHost> {
  const { port, storage, python, isOffline = false } = choice;
  const { stateDir } = records;
  const hubName = continued?.hubName ?? null;
  const booted = await deps.emulator.boot({
    stateDir,
    storage,
    python,
    isOffline,
    hubName,
    // An existing run must be searched for in its own hub.
    needsOwnHub: hubName === null,
    appDir: null,
    port: port ?? 0,
    inspect: false,
    hostile: null,
    watch: false,
    onLog: () => {}, // Its events contain the lines.
    detachedLogFile: null,
    beforeWork: async (hub: IdleHub) =>
      void older.push(...(await suspendOlderRuns(records, hub, deps.emulator, continued?.id))),
  });
  const { url, storage: description, events } = booted;
  const place = { url, hubName: booted.hubName, pid: process.pid, storage: description, stateDir, booted };
  return { ...place, events, ...connect(url, { ...deps, fetchApp: deps.fetchLocally ?? deps.fetch }) };
}

async function bootToKeep(
  stateDir: string,
  { port, storage, python, isOffline = false }: HostChoice,
  { emulator, cwd, env, signal }: HostDeps,
): Promise<RunningHost> {
  const flags = Object.entries({ port, storage, python }).flatMap(([name, value]) =>
    value === null ? [] : [`--${name}`, String(value)],
  );
  const args = ["local", "up", "--state-dir", stateDir, ...flags, ...(isOffline ? ["--offline"] : [])];
  return emulator.bootDetached({ stateDir, args, cwd, env, signal });
}

function fromRunning(running: RunningHost & { stateDir: string }, deps: HostDeps): RunHost {
  const { url, hubName, process, storage, stateDir } = running;
  const { client, observer } = connect(url, { ...deps, fetchApp: deps.fetch });
  return { url, hubName, pid: process.pid, storage, stateDir, booted: null, client, observer, events: observer };
}

function connect(
  url: string,
  { fetch, fetchApp }: Pick<HostDeps, "fetch"> & { fetchApp: AppFetch },
): { client: AppClient; observer: HostObserver } {
  return {
    client: new AppClient({ address: { url, accessKey: null }, fetch: fetchApp }),
    observer: new HostObserver({ url, fetch }),
  };
}

export function noHost(stateDir: string): OperationError<ToolkitErrorCode> {
  return new OperationError({
    code: "ERR_NO_HOST",
    message: `No local host uses the state folder ${stateDir}.`,
    hint: hint`Start one with ${sameKit("local up")}, or specify the state folder of one with --state-dir.`,
  });
}

import path from "node:path";
import { OperationError } from "@same-kit/shared";
import { RunRecords } from "../adapters/records/run-records.ts";
import { stateDirBelow } from "../config/state-dir.ts";
import type { ToolkitErrorCode } from "../errors.ts";
import type { BootedHost, Emulator, IdleHub, PhaseView, RunningHost } from "../ports.ts";
import type { LogRelay } from "./log-relay.ts";

export type HostChoice = {
  /** Null: any free port for a host that ends with the run, 7071 for one that is kept. */
  port: number | null;
  storage: string | null;
  python: string | null;
};

/** The host that a run uses: one that runs already, or one that we booted and stop. */
export type ChosenHost = {
  url: string;
  hubName: string;
  hostPid: number;
  storage: string;
  /** Null: it goes on when the run has ended. */
  booted: BootedHost | null;
};

export type ChooseHostOptions = HostChoice & {
  stateDir: string;
  keep: boolean;
  /** The hub that holds the run already; null: any. */
  hubName: string | null;
  log: LogRelay;
  /** Of a host that is booted for this run: before anything that its hub holds goes on. */
  beforeWork: (hub: IdleHub) => Promise<void>;
};

export type ChooseHostDeps = {
  cwd: string;
  env: NodeJS.ProcessEnv;
  emulator: Emulator;
  view: PhaseView;
  signal: AbortSignal;
};

/** Uses a host of our app that runs already and can be what is asked for; otherwise boots one. */
export async function chooseHost(options: ChooseHostOptions, deps: ChooseHostDeps): Promise<ChosenHost> {
  const { stateDir, port, storage, python, keep, hubName } = options;
  const { cwd, emulator, view } = deps;
  // Storage and Python are chosen when a host starts.
  if (storage === null && python === null) {
    const running = await findRunningHost([stateDir, stateDirBelow(cwd)], emulator, { port, hubName });
    if (running !== null) {
      view.skipped("Start the emulator", `a host runs at ${running.url}`);
      return toChosen(running);
    }
  }
  return view.phase("Start the emulator", async () =>
    keep ? toChosen(await bootToKeep(options, deps)) : bootForRun(options, deps),
  );
}

/** The first host of our app, looked for beside the notebook, then where the command was called. */
export async function findRunningHost(
  stateDirs: readonly string[],
  emulator: Emulator,
  { port, hubName }: { port: number | null; hubName: string | null } = { port: null, hubName: null },
): Promise<RunningHost | null> {
  for (const stateDir of new Set(stateDirs)) {
    const owned = await hostsOfRuns(stateDir);
    const isUsable = (host: RunningHost) =>
      path.resolve(host.appDir) === path.resolve(emulator.ownAppDir) &&
      !owned.has(host.process.pid) &&
      (port === null || host.port === port) &&
      (hubName === null || host.hubName === hubName);
    const found = (await emulator.listHosts(stateDir)).find(isUsable);
    if (found !== undefined) return found;
  }
  return null;
}

/** A host that another `local run` booted ends with that run. */
async function hostsOfRuns(stateDir: string): Promise<ReadonlySet<number>> {
  const runs = await new RunRecords(stateDir).list();
  const owning = runs.filter(({ record }) => record.ownsHost && record.state === "running");
  return new Set(owning.map(({ record }) => record.hostPid));
}

async function bootForRun(
  { stateDir, port, storage, python, hubName, log, beforeWork }: ChooseHostOptions,
  { emulator }: ChooseHostDeps,
): Promise<ChosenHost> {
  const booted = await emulator.boot({
    stateDir,
    storage,
    python,
    hubName,
    // Where a run is already it must be looked for.
    isAloneOnHub: hubName === null,
    appDir: null,
    port: port ?? 0,
    inspect: false,
    watch: false,
    onLog: log.emit,
    detachedLogFile: null,
    beforeWork,
  });
  return { url: booted.url, hubName: booted.hubName, hostPid: process.pid, storage: booted.storage, booted };
}

async function bootToKeep(
  { stateDir, port, storage, python }: ChooseHostOptions,
  { emulator, cwd, env, signal }: ChooseHostDeps,
): Promise<RunningHost> {
  const flags = Object.entries({ port, storage, python }).flatMap(([name, value]) =>
    value === null ? [] : [`--${name}`, String(value)],
  );
  const args = ["local", "up", "--state-dir", stateDir, ...flags];
  return emulator.bootDetached({ stateDir, args, cwd, env, signal });
}

function toChosen({ url, hubName, process, storage }: RunningHost): ChosenHost {
  return { url, hubName, hostPid: process.pid, storage, booted: null };
}

export function noHost(stateDir: string): OperationError<ToolkitErrorCode> {
  return new OperationError({
    code: "ERR_NO_HOST",
    message: `No local host runs with the state folder ${stateDir}.`,
    hint: "Start one with `same-kit local up`; it keeps its state in .same-kit/ of the folder that it is called in.",
  });
}

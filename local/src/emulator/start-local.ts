import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createStorageExtension } from "../bindings/storage-extension.ts";
import type { InstanceStatus, TaskHubClient } from "../engine/client.ts";
import { type Engine, startEngine } from "../engine/index.ts";
import type { FunctionInvoker } from "../engine/ports.ts";
import type { DurableTaskSettings } from "../engine/settings.ts";
import { largeMessagesContainerName } from "../engine/taskhub/names.ts";
import { createFunctionInvoker, type FunctionsHost, type HostedFunction } from "../host/index.ts";
import { identifyThisProcess } from "../process/process-identity.ts";
import { type Clock, createSystemClock } from "../shared/clock.ts";
import { createLogger, type Logger, type LogSink } from "../shared/logger.ts";
import { claimHub } from "../state/hub-claims.ts";
import { type RunFile, removeRunFile, writeRunFile } from "../state/run-file.ts";
import { openStateFolder, type StateFolder } from "../state/state-folder.ts";
import { openStorage, type StorageAccount } from "../storage/storage-account.ts";
import { createTimerExtension } from "../timers/timer-extension.ts";
import { loadDurableSettings, ownApp } from "./app-settings.ts";
import { findDoubtfulRuns } from "./doubtful-runs.ts";
import { createDurableExtension } from "./durable-extension.ts";
import { engineSink } from "./engine-sink.ts";
import { LateInvoker } from "./late-invoker.ts";
import { createObserverExtension } from "./observer-extension.ts";
import { type LocalStorage, openLocalStorage } from "./open-local-storage.ts";
import { RecentEntries } from "./recent-entries.ts";
import { startHost } from "./start-host.ts";
import { StopStack } from "./stop-stack.ts";
import type { StorageChoice } from "./storage-choice.ts";

// Long enough for a handler that is about to answer; nothing of it can be saved.
const STOP_WITHOUT_STORAGE_MS = 1000;
// More than the engine takes while its storage answers; beyond that it waits for one that hangs.
const ENGINE_STOP_LIMIT_MS = 20_000;

export type LocalOptions = {
  /** A folder with host.json and package.json; default: same-kit's own app. */
  appDir?: string;
  /** Usually `.same-kit` beside the user's files; made where it is missing. */
  stateDir: string;
  /** Default: the app's own choice, else 7071; 0 takes any free port. */
  port?: number;
  /** Default: Azurite with its data in the state folder. */
  storage?: StorageChoice;
  /** Settings that win over local.settings.json and the environment. */
  appSettings?: Readonly<Record<string, string>>;
  /** Default: what host.json says, else one per app folder. */
  hubName?: string;
  /** Takes a numbered hub beside that one where another host of this state folder works on it; default false. */
  isAloneOnHub?: boolean;
  /** Reload when the app's files change; default false. */
  watch?: boolean;
  /** `true`, a port or `host:port`: the worker listens for a debugger there. */
  inspect?: boolean | string;
  onLog?: LogSink;
  /** Runs before anything in the hub is continued: what must not go on can be suspended. */
  beforeWork?: (hub: Pick<LocalHost, "client" | "hubName" | "storage">) => Promise<void>;
  /** The host runs in the background and prints to this file. */
  detachedLogFile?: string;
  /** Stops everything when it aborts. */
  signal?: AbortSignal;
};

/** A Functions host with its storage and its Durable engine. */
export interface LocalHost {
  /** `http://localhost:<port>` */
  readonly url: string;
  readonly port: number;
  readonly functions: readonly HostedFunction[];
  /** The list of functions as `func start` prints it. */
  readonly functionListText: string;
  readonly hubName: string;
  /** Process id of the app's worker. */
  readonly workerPid: number | undefined;
  readonly storage: Readonly<Pick<LocalStorage, "description" | "connectionString" | "hasLostWrites" | "pid">>;
  readonly client: TaskHubClient;
  /**
   * Runs that had not ended when Azurite's crash cost writes (see `storage.hasLostWrites`): a message or a row of theirs may
   * be gone, so that they never end. Purge them and start them again.
   */
  readonly doubtfulRuns: readonly InstanceStatus[];
  /** Resolves with the reason when the host cannot go on (its worker or its storage is gone); call `stop()` then. */
  readonly failed: Promise<Error>;
  /** The key that opens the management API where keys are asked for. */
  managementKey(): string;
  /** Stops what was started, last first. Safe to call twice. */
  stop(): Promise<void>;
  /** As `stop`, for when nobody waits for what still runs: the worker ends first, with all that it does. */
  abandon(): Promise<void>;
}

/**
 * Starts storage, Functions host and engine side by side, and says so in a run file.
 *
 * @throws HostError, AzuriteError, StateError, UsageError or EmulatorError; what was started by then is stopped.
 */
export async function startLocal(options: LocalOptions): Promise<LocalHost> {
  const running = new StopStack();
  try {
    const host = await startAll(options, running);
    options.signal?.addEventListener("abort", () => void host.stop().catch(() => {}), { once: true });
    if (options.signal?.aborted === true) await host.stop();
    options.signal?.throwIfAborted();
    return host;
  } catch (error) {
    // The first error says why; those of stopping follow from it.
    await running.stop().catch(() => {});
    throw error;
  }
}

async function startAll(options: LocalOptions, running: StopStack): Promise<LocalHost> {
  const { stateDir, storage: choice = { kind: "disk" }, appSettings = {}, hubName, onLog = () => {} } = options;
  const appDir = path.resolve(options.appDir ?? ownApp());
  const entries = new RecentEntries();
  const emit: LogSink = (entry) => {
    entries.add(entry);
    onLog(entry);
  };
  const log = createLogger(emit, "local");
  const [folder, { settings: wanted, logLevels }] = await Promise.all([
    openStateFolder(stateDir),
    loadDurableSettings(appDir, appSettings, hubName),
  ]);
  const settings = await claimSettings(options, wanted, folder, running);
  const storage = await openLocalStorage(choice, folder.azuriteDir);
  running.add(() => storage.stop());

  const engineLog = createLogger(engineSink(emit, logLevels), "engine");
  const parts = await startParts(
    { options, appDir, folder, settings, storage, clock: createSystemClock(), log, engineLog, entries },
    running,
  );
  const runFile = await announce(options, { appDir, folder, settings, storage }, parts.host);
  running.add(() => removeRunFile(folder.hostsDir, runFile));
  return toLocalHost(parts, settings, storage, running);
}

/** Nobody else works on a hub in memory. */
async function claimSettings(
  { storage, isAloneOnHub = false }: LocalOptions,
  wanted: DurableTaskSettings,
  { hubsDir }: StateFolder,
  running: StopStack,
): Promise<DurableTaskSettings> {
  if (storage?.kind === "memory") return wanted;
  const mine = await claimHub(hubsDir, wanted.hubName, isAloneOnHub);
  running.add(() => mine.release());
  return { ...wanted, hubName: mine.hubName };
}

/** One start: what was asked for, and what is known and there by now. */
export type LocalSetting = {
  options: LocalOptions;
  appDir: string;
  folder: StateFolder;
  settings: DurableTaskSettings;
  storage: LocalStorage;
  clock: Clock;
  log: Logger;
  engineLog: Logger;
  entries: RecentEntries;
};

type Parts = { host: FunctionsHost; engine: Engine; doubtfulRuns: InstanceStatus[] };

/** Host and hub at once: the worker loads the app while Azurite comes up and the hub's tables are made. */
async function startParts(setting: LocalSetting, running: StopStack): Promise<Parts> {
  const { settings, storage, log, clock, entries } = setting;
  const extension = await createDurableExtension({ settings, clock, log: log.child("management") });
  running.add(() => extension.stop());
  const account = openStorage(storage.connectionString);
  void storage.lost.then(() => account.abandon());
  const containerName = largeMessagesContainerName(settings.hubName);
  const observer = createObserverExtension({ entries, account, containerName });
  const timers = createTimerExtension({ clock, log: log.child("timers") });
  const hostStarting = startHost(setting, [extension, createStorageExtension(), timers, observer]);
  running.add(async () => {
    const host = await hostStarting.catch(() => undefined);
    await host?.stop(account.isAbandoned ? { drainTimeoutMs: STOP_WITHOUT_STORAGE_MS } : {});
  });
  const invokerComing = hostStarting.then(createFunctionInvoker);
  const doubtfulRuns: InstanceStatus[] = [];
  const engineStarting = startHubEngine(setting, { account, invokerComing, doubtfulRuns });
  // Before the host: what runs is finished and saved while the worker still answers.
  running.add(async () => stopEngine(await engineStarting.catch(() => undefined), storage, account));
  running.add(async () => extension.endWaiting());
  // Whoever waits for a line would keep the host's port open.
  running.add(async () => entries.close());

  const [host, engine, invoker] = await Promise.all([hostStarting, engineStarting, invokerComing, storage.ready]);
  extension.connect({ client: engine.client, invoker, systemKey: () => host.systemKey(extension.name) });
  running.add(async () => timers.stop());
  timers.start(host);
  return { host, engine, doubtfulRuns };
}

async function startHubEngine(
  { options, settings, storage, log, engineLog, clock }: LocalSetting,
  {
    account,
    invokerComing,
    doubtfulRuns,
  }: { account: StorageAccount; invokerComing: Promise<FunctionInvoker>; doubtfulRuns: InstanceStatus[] },
): Promise<Engine> {
  try {
    return await startEngine({
      storage: account,
      settings,
      invoker: new LateInvoker(invokerComing),
      async beforeWork(client) {
        if (storage.hasLostWrites) doubtfulRuns.push(...(await findDoubtfulRuns(client, log)));
        await options.beforeWork?.({ client, hubName: settings.hubName, storage: toPublicStorage(storage) });
        await invokerComing;
      },
      log: engineLog,
      clock,
    });
  } catch (error) {
    // A storage that does not answer fails the engine too, and says it better.
    await storage.ready;
    throw error;
  }
}

/** An engine without a storage that answers cannot save what it has in hand, and gets no time to try. */
async function stopEngine(engine: Engine | undefined, { lost }: LocalStorage, account: StorageAccount): Promise<void> {
  const ended = new AbortController();
  const wait = (ms: number) => delay(ms, undefined, { signal: ended.signal }).catch(() => {});
  const givenUp = Promise.race([lost, wait(ENGINE_STOP_LIMIT_MS)]).then(() => {
    if (ended.signal.aborted) return;
    account.abandon();
    return wait(STOP_WITHOUT_STORAGE_MS);
  });
  await Promise.race([engine?.stop(), givenUp]).finally(() => ended.abort());
}

async function announce(
  { detachedLogFile }: LocalOptions,
  { appDir, folder, settings, storage }: Pick<LocalSetting, "appDir" | "folder" | "settings" | "storage">,
  { url, port }: FunctionsHost,
): Promise<RunFile> {
  const runFile: RunFile = {
    process: identifyThisProcess(),
    url,
    port,
    hubName: settings.hubName,
    appDir,
    storage: storage.description,
    startedAt: new Date().toISOString(),
    isDetached: detachedLogFile !== undefined,
    ...(detachedLogFile === undefined ? {} : { logFile: detachedLogFile }),
  };
  await writeRunFile(folder.hostsDir, runFile);
  return runFile;
}

function toLocalHost(
  { host, engine, doubtfulRuns }: Parts,
  { hubName }: DurableTaskSettings,
  storage: LocalStorage,
  running: StopStack,
): LocalHost {
  return {
    url: host.url,
    port: host.port,
    hubName,
    client: engine.client,
    doubtfulRuns,
    storage: toPublicStorage(storage),
    failed: Promise.race([host.failed, storage.lost]),
    get functions() {
      return host.functions;
    },
    get functionListText() {
      return host.functionListText;
    },
    get workerPid() {
      return host.workerPid;
    },
    managementKey: () => host.systemKey("durabletask"),
    stop: () => running.stop(),
    async abandon() {
      await host.stop({ drainTimeoutMs: 0 });
      await running.stop();
    },
  };
}

function toPublicStorage({ description, connectionString, hasLostWrites, pid }: LocalStorage): LocalHost["storage"] {
  return { description, connectionString, hasLostWrites, pid };
}

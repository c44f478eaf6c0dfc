import path from "node:path";
import { createLogger, createSystemClock, identifyThisProcess, type LogSink } from "@same-kit/shared";
import type { DurableTaskSettings } from "../engine/settings.ts";
import { describeEvent } from "../events/describe-event.ts";
import { EventLog } from "../events/event-log.ts";
import type { HostReady, HostStopping } from "../events/host-event.ts";
import type { FunctionsHost } from "../host/index.ts";
import { claimHub } from "../state/hub-claims.ts";
import { type RunFile, removeRunFile, writeRunFile } from "../state/run-file.ts";
import { openStateFolder, type StateFolder } from "../state/state-folder.ts";
import { loadDurableSettings, ownApp } from "./app-settings.ts";
import { engineSink } from "./engine-sink.ts";
import { startTelemetry } from "./host-telemetry.ts";
import { inspectorUrlOf } from "./inspector-extension.ts";
import { openInstanceFiles } from "./instance-files.ts";
import type { LocalHost, LocalOptions } from "./local-host.ts";
import { type LocalStorage, openLocalStorage } from "./open-local-storage.ts";
import type { HostSetting } from "./start-host.ts";
import { type Parts, startParts, toPublicStorage } from "./start-parts.ts";
import { StopStack } from "./stop-stack.ts";

/**
 * Starts storage, Functions host and engine in parallel, and records the host in a run file.
 *
 * @throws HostError, AzuriteError, StateError, UsageError or EmulatorError; everything started so far is stopped.
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
    // The first error is the cause; errors while stopping follow from it.
    await running.stop().catch(() => {});
    throw error;
  }
}

async function startAll(options: LocalOptions, running: StopStack): Promise<LocalHost> {
  const { stateDir, storage: choice = { kind: "disk" }, appSettings = {}, hubName } = options;
  const appDir = path.resolve(options.appDir ?? ownApp());
  const { events, emit, report } = openEventLog(options);
  const log = createLogger(emit, "local");
  const [folder, { settings: wanted, logLevels, warnings, ...app }] = await Promise.all([
    openStateFolder(stateDir),
    loadDurableSettings(appDir, appSettings, hubName),
  ]);
  for (const warning of warnings) log.warn(warning);
  const settings = await claimSettings(options, wanted, folder, running);
  const clock = createSystemClock();
  const telemetry = await startTelemetry({ ...app, appDir, tracesDir: folder.tracesDir, clock, log }, running);
  const { allowUsers } = options;
  const storage = await openLocalStorage(choice, {
    azuriteDir: folder.azuriteDir,
    clock,
    log: log.child("storage"),
    allowUsers,
    spareAzurite: options.spares?.azurite,
  });
  running.add(() => storage.stop());
  const instanceFiles = await openInstanceFiles(folder.instancesDir, storage, settings.hubName);
  running.add(() => instanceFiles.stop());

  const engineLog = createLogger(engineSink(emit, logLevels), "engine");
  const parts = await startParts(
    { options, appDir, folder, settings, storage, instanceFiles, clock, log, engineLog, events, ...telemetry },
    running,
  );
  const runFile = await announce(options, { appDir, folder, settings, storage }, parts.host);
  running.add(() => removeRunFile(folder.hostsDir, runFile));
  running.add(async () => report({ kind: "host-stopping", time: new Date() }));
  report(toReady(runFile, parts.host));
  const inspectorUrl = options.inspector === undefined ? null : inspectorUrlOf(parts.host.url);
  return toLocalHost(parts, events, { settings, storage, running, inspectorUrl });
}

function openEventLog({ onEvent, onLog = () => {} }: LocalOptions) {
  const events = new EventLog(onEvent);
  const emit: LogSink = (entry) => {
    events.add({ kind: "line", ...entry });
    onLog(entry);
  };
  const report = (event: HostReady | HostStopping) => {
    events.add(event);
    const line = describeEvent(event);
    if (line !== null) emit(line);
  };
  return { events, emit, report };
}

/** A hub in memory has no other users, so it needs no claim. */
async function claimSettings(
  { storage, needsOwnHub = false }: LocalOptions,
  wanted: DurableTaskSettings,
  { hubsDir }: StateFolder,
  running: StopStack,
): Promise<DurableTaskSettings> {
  if (storage?.kind === "memory" || storage?.kind === "none") return wanted;
  const mine = await claimHub(hubsDir, wanted.hubName, needsOwnHub);
  running.add(() => mine.release());
  return { ...wanted, hubName: mine.hubName };
}

async function announce(
  { detachedLogFile }: LocalOptions,
  { appDir, folder, settings, storage }: Pick<HostSetting, "appDir" | "folder" | "settings" | "storage">,
  { url, port, trustFile }: FunctionsHost,
): Promise<RunFile> {
  const runFile: RunFile = {
    process: identifyThisProcess(),
    url,
    port,
    ...(trustFile === undefined ? {} : { trustFile }),
    hubName: settings.hubName,
    appDir,
    storage: storage.description,
    startedAt: new Date().toISOString(),
    isDetached: detachedLogFile !== undefined,
    ...(detachedLogFile === undefined ? {} : { logFile: detachedLogFile }),
  };
  await writeRunFile(folder.hostsDir, runFile, storage.connectionString);
  return runFile;
}

function toReady({ url, hubName, storage, process: { pid } }: RunFile, host: FunctionsHost): HostReady {
  const functions = host.functions.map(({ name }) => name);
  return { kind: "host-ready", time: new Date(), url, hubName, storage, pid, functions };
}

function toLocalHost(
  { host, engine, possiblyCorruptRuns }: Parts,
  events: EventLog,
  {
    settings,
    storage,
    running,
    inspectorUrl,
  }: { settings: DurableTaskSettings; storage: LocalStorage; running: StopStack; inspectorUrl: string | null },
): LocalHost {
  const { hubName } = settings;
  return {
    events,
    url: host.url,
    port: host.port,
    hubName,
    inspectorUrl,
    client: engine.client,
    possiblyCorruptRuns,
    storage: toPublicStorage(storage),
    failed: Promise.race([host.failed, storage.lost]),
    get functions() {
      return host.functions;
    },
    get nodeVersion() {
      return host.nodeVersion;
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

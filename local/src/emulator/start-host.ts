import type { Logger } from "@same-kit/shared";
import type { DurableTaskSettings } from "../engine/settings.ts";
import type { EventLog } from "../events/event-log.ts";
import { type FunctionsHost, type HostExtension, PortInUseError, startFunctionsHost } from "../host/index.ts";
import { describePortOwner, findPortOwner } from "../process/port-owner.ts";
import type { StateFolder } from "../state/state-folder.ts";
import type { TraceFiles, Tracer } from "../telemetry/index.ts";
import { TRACE_VARIABLE } from "../worker/trace-variable.ts";
import type { InstanceFiles } from "./instance-files.ts";
import type { LocalOptions } from "./local-host.ts";
import type { LocalStorage } from "./open-local-storage.ts";

/** The requested options, and what has been determined and started so far. */
export type HostSetting = {
  options: LocalOptions;
  appDir: string;
  folder: StateFolder;
  settings: DurableTaskSettings;
  storage: LocalStorage;
  instanceFiles: InstanceFiles;
  log: Logger;
  events: EventLog;
  /** Absent: tracing is off. */
  tracer: Tracer | undefined;
  /** The spans stored on this machine, if any. */
  traces: TraceFiles | null;
};

/**
 * Starts the Functions host for the app, with the storage in its settings. An error about the port names the process
 * that holds it.
 */
export async function startHost(
  { options, appDir, folder, settings, storage, instanceFiles, log, events, tracer }: HostSetting,
  extensions: readonly HostExtension[],
  onWorkerForked: () => void,
): Promise<FunctionsHost> {
  const { node = null, signal } = options;
  // A host that has started is not stopped by the signal itself, but after the engine, which saves running work.
  const aborting = new AbortController();
  const abort = () => aborting.abort(signal?.reason);
  if (signal?.aborted === true) abort();
  signal?.addEventListener("abort", abort);
  const starting = startFunctionsHost({
    ...passedOn(options),
    appDir,
    extensions,
    appSettings: {
      ...instanceFiles.appSettings,
      ...options.appSettings,
      ...(options.hostile === undefined ? {} : { [TRACE_VARIABLE]: "1" }),
      AzureWebJobsStorage: storage.connectionString,
      [settings.connectionName]: storage.connectionString,
    },
    developmentStorage: storage.development,
    log,
    onEvent: events.add,
    onWorkerForked,
    stateDir: folder.dir,
    node,
    tracer,
    signal: aborting.signal,
  });
  return starting
    .catch(async (error: unknown) => {
      throw await nameOwner(error);
    })
    .finally(() => signal?.removeEventListener("abort", abort));
}

/** The options that are passed to the Functions host unchanged. */
function passedOn(options: LocalOptions) {
  const { port, watch, inspect, allowUsers, ignoreOutputs, allowedHosts, allowedOrigins } = options;
  const { allowCredentials, requireKeys, https } = options;
  return {
    port,
    watch,
    inspect,
    allowUsers,
    ignoreOutputs,
    allowedHosts,
    allowedOrigins,
    allowCredentials,
    requireKeys,
    https,
    spareWorker: options.spares?.worker,
  };
}

/** Adds the owner of the port to the host's error. */
async function nameOwner(error: unknown): Promise<unknown> {
  if (!(error instanceof PortInUseError)) return error;
  const owner = await findPortOwner(error.port);
  if (owner === undefined) return error;
  return new PortInUseError(error.port, `${error.message} It belongs to ${describePortOwner(owner)}.`, error);
}

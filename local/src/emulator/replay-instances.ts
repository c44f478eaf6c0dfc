import { createLogger, createSystemClock, type LogSink } from "@same-kit/shared";
import { createFunctionInvoker, type HostExtension, startFunctionsHost } from "../host/index.ts";
import { parseRecording } from "../replay/parse-recording.ts";
import { type HubChoice, readHub } from "../replay/read-hub.ts";
import type { Recording } from "../replay/recording.ts";
import { replayRecording } from "../replay/replay-recording.ts";
import { openStateFolder } from "../state/state-folder.ts";
import type { ReplayReport } from "../testing-api.ts";
import { TRACE_VARIABLE } from "../worker/trace-variable.ts";
import { loadDurableSettings } from "./app-settings.ts";
import { openLocalStorage } from "./open-local-storage.ts";
import type { StorageChoice } from "./storage-choice.ts";

export type ReplayOptions = HubChoice & {
  /** The app whose code is checked. */
  appDir: string;
  stateDir: string;
  storage: StorageChoice;
  /** Default: the name in host.json, or that of the app folder. */
  hubName?: string;
  /** Recorded histories to replay instead of those of a hub, as returned by the management API. */
  recordings: readonly unknown[];
  onReport: (report: ReplayReport) => void;
  onLog: LogSink;
  signal: AbortSignal;
};

// The app is only called, never triggered: no queue is read and no message is sent.
const DURABLE: HostExtension = {
  name: "durabletask",
  triggerTypes: ["orchestrationTrigger", "activityTrigger", "entityTrigger"],
};

/**
 * Replays histories against the code of an app. Reads the hub, and writes nothing to it.
 *
 * @throws HostError if the app does not load; ReplayError; any error of opening the storage.
 */
export async function replayInstances(options: ReplayOptions): Promise<ReplayReport[]> {
  const { appDir, hubName, recordings, onReport, onLog, signal } = options;
  const { settings } = await loadDurableSettings(appDir, {}, hubName);
  const found = recordings.length > 0 ? recordings.map(parseRecording) : await readFrom(options, settings);
  const log = createLogger(onLog, "replay");
  const appSettings = { [TRACE_VARIABLE]: "1" };
  const host = await startFunctionsHost({ appDir, port: 0, extensions: [DURABLE], appSettings, log, signal });
  try {
    const invoker = createFunctionInvoker(host);
    const reports: ReplayReport[] = [];
    for (const recording of found) {
      signal.throwIfAborted();
      const report = await replayRecording(recording, { invoker, settings });
      onReport(report);
      reports.push(report);
    }
    return reports;
  } finally {
    await host.stop({ drainTimeoutMs: 0 });
  }
}

async function readFrom(
  { storage: choice, stateDir, onLog, last, instanceIds }: ReplayOptions,
  settings: Parameters<typeof readHub>[1],
): Promise<Recording[]> {
  const { azuriteDir } = await openStateFolder(stateDir);
  const log = createLogger(onLog, "storage");
  const storage = await openLocalStorage(choice, { azuriteDir, clock: createSystemClock(), log });
  try {
    await storage.ready;
    return await readHub(storage.account, settings, { last, instanceIds });
  } finally {
    await storage.stop();
  }
}

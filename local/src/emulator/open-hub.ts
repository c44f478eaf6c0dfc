import { createLogger, createSystemClock, type LogSink, UsageError } from "@same-kit/shared";
import { readPartitions } from "../engine/leases/partition-table.ts";
import type { TaskHub } from "../engine/taskhub/task-hub.ts";
import type { WebhookHandler } from "../shared/http-message.ts";
import { openStateFolder } from "../state/state-folder.ts";
import { openStorage } from "../storage/azure/open-storage.ts";
import { loadDurableSettings } from "./app-settings.ts";
import { attachHub } from "./attach-hub.ts";
import { EmulatorError, type EmulatorErrorCode } from "./errors.ts";
import { openInstanceFiles } from "./instance-files.ts";
import { openLocalStorage } from "./open-local-storage.ts";
import type { StorageChoice } from "./storage-choice.ts";

export type OpenHubOptions = {
  storage: StorageChoice;
  /** Default: the name in host.json of `appDir`, or that of the app's folder. */
  hubName?: string;
  appDir: string;
  stateDir: string;
  onLog: LogSink;
};

/** A task hub that nothing here works on. */
export type OpenedHub = {
  hubName: string;
  /** Answers like the management API of a host on that hub. */
  fetch: typeof globalThis.fetch;
  /** Deletes the hub with all its instances. @throws EmulatorError `ERR_HUB_IN_USE` while a host works on it. */
  delete(): Promise<void>;
  close(): Promise<void>;
};

/**
 * Opens any hub through its storage; creates nothing.
 *
 * @throws EmulatorError `ERR_HUB_NOT_FOUND`, and any error of opening the storage.
 */
export async function openHub(options: OpenHubOptions): Promise<OpenedHub> {
  const { storage: choice, hubName, appDir, stateDir, onLog } = options;
  if (choice.kind === "none" || choice.kind === "memory") throw forgetful(choice.kind);
  const { settings } = await loadDurableSettings(appDir, {}, hubName);
  const { azuriteDir, instancesDir } = await openStateFolder(stateDir);
  const [clock, log] = [createSystemClock(), createLogger(onLog, "hub")];
  const storage = await openLocalStorage(choice, { azuriteDir, clock, log });
  try {
    await storage.ready;
    const { signal } = new AbortController();
    const files = await openInstanceFiles(instancesDir, storage, settings.hubName);
    const attached = { clock, log, signal, onPurge: files.remove };
    const { hub, queueNames, management } = await attachHub(storage.account, settings, attached);
    return {
      hubName: settings.hubName,
      fetch: toFetch(management),
      async delete() {
        await deleteHub(hub, { queueNames, connectionString: storage.connectionString, now: clock.now() });
        await files.removeAll();
      },
      close: () => storage.stop(),
    };
  } catch (error) {
    await storage.stop();
    throw error;
  }
}

async function deleteHub(
  hub: TaskHub,
  { queueNames, connectionString, now }: { queueNames: readonly string[]; connectionString: string; now: Date },
): Promise<void> {
  const rows = await readPartitions(hub);
  const owned = rows.find(({ currentOwner, expiresAt }) => currentOwner && Date.parse(expiresAt ?? "") > now.getTime());
  if (owned !== undefined) {
    throw new EmulatorError({
      code: "ERR_HUB_IN_USE",
      message: `The host ${owned.currentOwner} is using the task hub "${hub.hubName}". Nothing was removed.`,
      hint: "Stop it first; one that crashed gives the hub back after half a minute.",
    });
  }
  await openStorage(connectionString).remove({
    queues: [...queueNames, hub.workItemQueue.name],
    // The partitions table is deleted last: as long as it exists, the hub can be found and deleted again.
    tables: [hub.history.name, hub.instances.name, hub.partitions.name],
    containers: [hub.largeMessages.name, hub.appLease.container.name, hub.blobLeases.name],
  });
}

function toFetch(handler: WebhookHandler): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const { method, url, headers } = request;
    const body = Buffer.from(await request.arrayBuffer());
    const answer = await handler({ method, url: new URL(url), headers: Object.fromEntries(headers), body });
    const { status, headers: answerHeaders = {}, body: answerBody = "" } = answer;
    const content = typeof answerBody === "string" ? answerBody : new Uint8Array(answerBody);
    return new Response(status === 204 ? null : content, { status, headers: answerHeaders });
  };
}

function forgetful(kind: string): UsageError<EmulatorErrorCode> {
  return new UsageError({
    code: "ERR_STORAGE_CHOICE",
    message: `--storage ${kind} is empty until a host starts.`,
    hint: "Use disk, ports:BLOB,QUEUE,TABLE, docker, or a connection string.",
  });
}

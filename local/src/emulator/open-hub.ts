import { createLogger, createSystemClock, InvariantError, type LogSink, UsageError } from "@same-kit/shared";
import { assemble } from "../engine/assemble.ts";
import { readPartitions } from "../engine/leases/partition-table.ts";
import type { FunctionInvoker } from "../engine/ports.ts";
import { attachTaskHub, type TaskHub } from "../engine/taskhub/task-hub.ts";
import { createManagementHandler } from "../management/index.ts";
import type { WebhookHandler } from "../shared/http-message.ts";
import { openStateFolder } from "../state/state-folder.ts";
import { openStorage } from "../storage/azure/open-storage.ts";
import { statusOf } from "../storage/storage-errors.ts";
import { loadDurableSettings } from "./app-settings.ts";
import { EmulatorError, type EmulatorErrorCode } from "./errors.ts";
import { openLocalStorage } from "./open-local-storage.ts";
import type { StorageChoice } from "./storage-choice.ts";

export type OpenHubOptions = {
  storage: StorageChoice;
  /** Absent: what host.json of `appDir` says, else that of the app's folder. */
  hubName?: string;
  appDir: string;
  stateDir: string;
  onLog: LogSink;
};

/** A task hub that nothing here works on. */
export type OpenedHub = {
  hubName: string;
  /** Answers as the management API of a host on that hub does. */
  fetch: typeof globalThis.fetch;
  /** Removes the hub with all its instances. @throws EmulatorError `ERR_HUB_IN_USE` while a host works on it. */
  delete(): Promise<void>;
  close(): Promise<void>;
};

/**
 * Opens any hub by its storage; creates nothing.
 *
 * @throws EmulatorError `ERR_HUB_NOT_FOUND`, and what opening the storage throws.
 */
export async function openHub(options: OpenHubOptions): Promise<OpenedHub> {
  const { storage: choice, hubName, appDir, stateDir, onLog } = options;
  if (choice.kind === "none" || choice.kind === "memory") throw forgetful(choice.kind);
  const { settings } = await loadDurableSettings(appDir, {}, hubName);
  const { azuriteDir } = await openStateFolder(stateDir);
  const [clock, log] = [createSystemClock(), createLogger(onLog, "hub")];
  const storage = await openLocalStorage(choice, { azuriteDir, clock, log });
  try {
    await storage.ready;
    // A message belongs into the queue of its partition, whatever host.json says of their number today.
    const queueNames = await queueNamesOf(settings.hubName, storage.account);
    const partitionCount = queueNames.length;
    const hub = attachTaskHub({ storage: storage.account, hubName: settings.hubName, partitionCount });
    const { client } = assemble(hub, { settings: { ...settings, partitionCount }, invoker: NO_APP, clock, log });
    const handler = createManagementHandler({
      client,
      settings,
      durableFunctions: () => null,
      webhookQuery: () => "",
      clock,
      log,
      signal: new AbortController().signal,
    });
    return {
      hubName: settings.hubName,
      fetch: toFetch(handler),
      delete: () => deleteHub(hub, { queueNames, connectionString: storage.connectionString, now: clock.now() }),
      close: () => storage.stop(),
    };
  } catch (error) {
    await storage.stop();
    throw error;
  }
}

async function queueNamesOf(
  hubName: string,
  storage: Parameters<typeof attachTaskHub>[0]["storage"],
): Promise<string[]> {
  try {
    const rows = await readPartitions(attachTaskHub({ storage, hubName, partitionCount: 0 }));
    if (rows.length > 0) return rows.map(({ queueName }) => queueName);
  } catch (cause) {
    if (statusOf(cause) !== 404) throw cause;
  }
  throw new EmulatorError({
    code: "ERR_HUB_NOT_FOUND",
    message: `This storage has no task hub "${hubName}" of Durable Functions 3.`,
    hint: "Name it with --hub; in Azure the hub is in host.json, else named after the site.",
  });
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
      message: `The host ${owned.currentOwner} works on the task hub "${hub.hubName}". Nothing was removed.`,
      hint: "Stop it first; one that crashed gives the hub back after half a minute.",
    });
  }
  await openStorage(connectionString).remove({
    queues: [...queueNames, hub.workItemQueue.name],
    // The partitions last: as long as they are there, the hub can be found and removed again.
    tables: [hub.history.name, hub.instances.name, hub.partitions.name],
    containers: [hub.largeMessages.name, hub.appLease.container.name, hub.blobLeases.name],
  });
}

/** Nothing is worked on, so nothing is ever called. */
const notCalled = async (): Promise<never> => {
  throw new InvariantError("A hub without an app called a function.");
};
const NO_APP: FunctionInvoker = {
  durableFunctions: () => [],
  invokeOrchestrator: notCalled,
  invokeActivity: notCalled,
  invokeEntity: notCalled,
};

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
    message: `--storage ${kind} holds nothing before a host starts.`,
    hint: "Use disk, ports:BLOB,QUEUE,TABLE, docker, or a connection string.",
  });
}

import os from "node:os";
import { type AppFunction, resolveSettings } from "../../host/index.ts";
import type { BlobContainer, BlobDetails } from "../../storage/blob-container.ts";
import { ignoring } from "../../storage/storage-errors.ts";
import type { BindingInfo, TypedData } from "../../worker/messages.ts";
import { hostSetting, optionOf, wholeNumber } from "../binding-options.ts";
import { decodeMessage } from "../queues/queue-encoding.ts";
import { listenToQueue, type MessageOutcome } from "../queues/queue-listener.ts";
import { type QueueSettings, queueSettings } from "../queues/queue-settings.ts";
import type { StorageAccounts } from "../storage-connection.ts";
import { systemMetadata } from "../system-metadata.ts";
import { keepTrying, Listeners, type TriggerDeps, type TriggerHost } from "../trigger-host.ts";
import { BlobInbox } from "./blob-inbox.ts";
import { type BlobMessage, functionIdOf, parseMessageText } from "./blob-message.ts";
import { type BlobPattern, parseBlobPattern } from "./blob-path.ts";
import { scanContainer } from "./blob-scan.ts";
import { blobMetadata, blobValue } from "./blob-value.ts";
import type { BlobEvent } from "./event-grid.ts";

export const BLOB_TRIGGER = "blobTrigger";
const MAX_BATCH = 32;

/** Finds blobs, and calls their functions from the inbox. */
export class BlobTriggers {
  readonly #accounts: StorageAccounts;
  readonly #deps: TriggerDeps;
  readonly #scans: Listeners;
  readonly #stopping = new AbortController();
  /** Set when started. */
  #running: { host: TriggerHost; inbox: BlobInbox } | undefined;
  #listening: Promise<void> | undefined;

  constructor(accounts: StorageAccounts, deps: TriggerDeps) {
    this.#accounts = accounts;
    this.#deps = deps;
    this.#scans = new Listeners(BLOB_TRIGGER, (fn, signal) => this.#scan(fn, signal), deps);
  }

  start(host: TriggerHost): void {
    this.#running = { host, inbox: new BlobInbox(this.#accounts.own, host.hostId) };
    this.#scans.start(host);
  }

  stop(): void {
    this.#scans.stop();
    this.#stopping.abort();
  }

  async settled(): Promise<void> {
    await this.#scans.settled();
    await this.#listening;
  }

  takesEvents(functionId: string): boolean {
    const fn = this.#find(functionId);
    return fn !== undefined && isEventGrid(fn);
  }

  async add({ functionId, containerName, blobName, etag }: BlobEvent): Promise<void> {
    const fn = this.#find(functionId);
    if (fn === undefined || this.#running === undefined) return;
    const { pattern, container } = this.#source(fn, this.#running.host);
    if (pattern.containerName !== containerName || pattern.match(blobName) === null) return;
    const found = etag ?? (await ignoring([404], container.properties(blobName)))?.etag;
    if (found !== undefined) await this.#running.inbox.addOnce({ functionId, containerName, blobName, etag: found });
  }

  async #scan(fn: AppFunction, signal: AbortSignal): Promise<void> {
    if (this.#running === undefined) return;
    const { host, inbox } = this.#running;
    const source = this.#source(fn, host);
    // The queue is created only if the app has such a trigger.
    this.#listening ??= this.#listenToInbox(host, inbox);
    const isReady = () => host.state === "Running" && !isEventGrid(fn);
    const { clock } = this.#deps;
    await scanContainer({ ...source, functionId: functionIdOf(fn.name), inbox, isReady, clock }, signal);
  }

  #listenToInbox(host: TriggerHost, { queue, poisonQueue }: BlobInbox): Promise<void> {
    const { clock } = this.#deps;
    const log = this.#deps.log.child("blobs");
    const listen = (signal: AbortSignal) =>
      listenToQueue(
        {
          queue,
          poisonQueue,
          settings: inboxSettings(host.extensionSettings),
          isReady: () => host.state === "Running",
          handle: ({ text }) => this.#call(readMessage(text), host),
          reportPoison: ({ text }) => log.warn(`A blob was moved to ${poisonQueue.name}.`, { ...readMessage(text) }),
          clock,
          log,
        },
        signal,
      );
    return keepTrying(listen, {
      signal: this.#stopping.signal,
      clock,
      onError: (reason) => log.error("The queue of the blob triggers cannot be read.", { reason }),
    });
  }

  async #call(message: BlobMessage | null, host: TriggerHost): Promise<MessageOutcome> {
    if (message === null) return "failed";
    const fn = this.#find(message.functionId);
    // The app no longer has this function, so the message is dropped.
    if (fn === undefined) return "done";
    const { pattern, container } = this.#source(fn, host);
    const blob = await readBlob(fn, container, message);
    // Deleted or replaced; a new version has its own message.
    if (blob === undefined) return "done";
    const result = await host.invoke((functions) => functions.find(({ name }) => name === fn.name), {
      triggerData: blob.value,
      triggerMetadata: {
        ...systemMetadata(fn.name, this.#deps.clock.now()),
        ...blobMetadata(container, blob.details, pattern.match(message.blobName) ?? {}),
      },
    });
    if (result === undefined || result.status === "unavailable") return "retry";
    return result.status === "success" ? "done" : "failed";
  }

  /** @throws Error that explains what is wrong with the trigger. */
  #source(fn: AppFunction, host: TriggerHost): { pattern: BlobPattern; container: BlobContainer } {
    const trigger = fn.trigger as BindingInfo;
    const pattern = parseBlobPattern(resolveSettings(optionOf(trigger, "path"), host.env).text);
    const account = this.#accounts.find(trigger["connection"], host.env, "blob");
    return { pattern, container: account.container(pattern.containerName) };
  }

  #find(functionId: string): AppFunction | undefined {
    return this.#running?.host
      .registeredFunctions()
      .find((fn) => functionIdOf(fn.name) === functionId && isBlobTrigger(fn));
  }
}

/** @returns undefined if that version of the blob no longer exists. */
async function readBlob(
  { trigger }: AppFunction,
  container: BlobContainer,
  { blobName, etag }: BlobMessage,
): Promise<{ details: BlobDetails; value: TypedData } | undefined> {
  const binding = trigger as BindingInfo;
  const asBytes = !/^string$/i.test(String(binding["dataType"] ?? ""));
  const read = async () => {
    const details = await container.properties(blobName);
    if (details.etag !== etag) return undefined;
    return { details, value: await blobValue(binding, { container, blobName, asBytes }) };
  };
  return ignoring([404], read());
}

function isBlobTrigger({ trigger }: AppFunction): boolean {
  return trigger?.type.toLowerCase() === BLOB_TRIGGER.toLowerCase();
}

function isEventGrid({ trigger }: AppFunction): boolean {
  return /^eventgrid$/i.test(String(trigger?.["source"] ?? ""));
}

function readMessage(text: string): BlobMessage | null {
  return parseMessageText(decodeMessage(text, false)?.toString("utf8") ?? "");
}

/** `extensions.blobs` of host.json: concurrency, and the number of attempts per blob. */
function inboxSettings(extensionSettings: Readonly<Record<string, unknown>>): QueueSettings {
  const read = (name: string) => hostSetting(extensionSettings, "blobs", name);
  const atOnce = wholeNumber(read("maxDegreeOfParallelism"), {
    min: 1,
    max: 1024,
    fallback: 8 * os.availableParallelism(),
  });
  const batchSize = Math.min(atOnce, MAX_BATCH);
  return {
    ...queueSettings(extensionSettings),
    isPlain: false,
    batchSize,
    newBatchThreshold: atOnce - batchSize,
    maxDequeueCount: wholeNumber(read("poisonBlobThreshold"), { min: 1, max: 1024, fallback: 5 }),
  };
}

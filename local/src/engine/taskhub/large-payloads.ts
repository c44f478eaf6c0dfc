// Payloads that do not fit a queue message or a table column are stored gzipped in `{hub}-largemessages`.
// Source: Azure/durabletask, DurableTask.AzureStorage/MessageManager.cs and Tracking/AzureTableTrackingStore.cs.

import { randomBytes } from "node:crypto";
import { Limiter } from "@same-kit/shared";
import type { BlobContainer } from "../../storage/blob-container.ts";
import { downloadGzip, uploadGzip } from "../../storage/gzip-blobs.ts";
import { ignoring } from "../../storage/storage-errors.ts";

/** 60 KiB of UTF-16; a table column holds 64 KiB. */
const MAX_PROPERTY_BYTES = 60 * 1024;
const UTF16_UNIT_BYTES = 2;

export const isLargeProperty = (text: string): boolean => text.length * UTF16_UNIT_BYTES > MAX_PROPERTY_BYTES;

// A history may refer to thousands; fetching all at once would overload both sides.
const MAX_BLOBS_AT_ONCE = 32;

/** The random part prevents two hosts that both believe they own an instance from overwriting each other's blobs. */
export function historyBlobName(partitionKey: string, rowKey: string, eventType: string, property: string): string {
  const random = randomBytes(4).toString("hex").toUpperCase();
  return `${partitionKey}/history-${rowKey}-${eventType}-${random}-${property}.json.gz`;
}

/** The blobs that stand for payloads in queue messages and table columns. */
export class LargePayloads {
  readonly #container: BlobContainer;
  readonly #transfers = new Limiter(MAX_BLOBS_AT_ONCE);

  constructor(container: BlobContainer) {
    this.#container = container;
  }

  save(name: string, text: string): Promise<void> {
    return this.#transfers.run(() => uploadGzip(this.#container, name, text));
  }

  load(name: string): Promise<string> {
    return this.#transfers.run(() => downloadGzip(this.#container, name));
  }

  async remove(name: string): Promise<void> {
    await this.#container.deleteIfExists(name);
  }

  /** Absolute URL of a blob, as stored in the instances table. */
  urlOf(name: string): string {
    return `${this.#baseUrl()}${name.split("/").map(encodeURIComponent).join("/")}`;
  }

  /**
   * Resolves the text of an instances table column: the text itself, or the content of the blob whose URL it is.
   *
   * @returns null if the blob has been deleted.
   */
  async resolve(value: string): Promise<string | null> {
    const name = this.#nameOf(value);
    if (name === null) return value;
    const text = await ignoring([404], this.load(name));
    if (text === undefined) return null;
    if (!name.endsWith("ExecutionStarted.json.gz")) return text;
    const envelope = JSON.parse(text) as { TaskMessage?: { Event?: { Input?: string | null } } };
    return envelope.TaskMessage?.Event?.Input ?? null;
  }

  /** Matches only URLs of this container; any other text, including other URLs, is the value itself. */
  #nameOf(value: string): string | null {
    const prefix = this.#baseUrl();
    if (!value.startsWith(prefix) || !value.endsWith(".json.gz")) return null;
    return value.slice(prefix.length).split("/").map(decodeURIComponent).join("/");
  }

  #baseUrl(): string {
    return `${this.#container.url}/`;
  }
}

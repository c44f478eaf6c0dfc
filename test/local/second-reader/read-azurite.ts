// Reads a hub through Azure's own SDKs.

import { TableClient, type TableEntityResult } from "@azure/data-tables";
import { BlobServiceClient } from "@azure/storage-blob";
import { QueueServiceClient } from "@azure/storage-queue";
import type { EdmType, HubContents, Row } from "./contents.ts";

const KEYS = new Set(["partitionKey", "rowKey", "etag", "timestamp"]);
const MAX_PEEKED = 32;

export type HubReaderOptions = { connectionString: string; hubName: string; partitionCount: number };

/** Reads a hub repeatedly; histories that have not changed since the last time are left out, with their instances. */
export class AzuriteHubReader {
  readonly #options: HubReaderOptions;
  /** By instance: ETags of its row and its sentinel. */
  #read = new Map<string, string>();

  /** The number of instances that were found correct. */
  get count(): number {
    return this.#read.size;
  }

  constructor(options: HubReaderOptions) {
    this.#options = options;
  }

  /** @param seen - Records that these were correct, so that the next call leaves them out. */
  async readChanged(): Promise<{ contents: HubContents; seen: () => void }> {
    const { connectionString, hubName, partitionCount } = this.#options;
    const instances = await this.#rows("Instances");
    const sentinels = await this.#rows("History", "RowKey eq 'sentinel'");
    const etags = new Map<string, string>();
    for (const { row, etag } of [...instances, ...sentinels]) {
      etags.set(row.partitionKey, `${etags.get(row.partitionKey) ?? ""} ${etag}`);
    }
    const changed = [...etags].filter(([key, etag]) => this.#read.get(key) !== etag).map(([key]) => key);
    const histories = await Promise.all(
      changed.map((key) => this.#rows("History", `PartitionKey eq '${key.replaceAll("'", "''")}'`)),
    );
    const container = BlobServiceClient.fromConnectionString(connectionString).getContainerClient(
      `${hubName.toLowerCase()}-largemessages`,
    );
    const contents: HubContents = {
      hubName,
      partitionCount,
      history: histories.flat().map(({ row }) => row),
      instances: instances.map(({ row }) => row).filter(({ partitionKey }) => changed.includes(partitionKey)),
      partitions: (await this.#rows("Partitions")).map(({ row }) => row),
      messages: await this.#peek(),
      blobsUrl: container.url,
      blob: (name) =>
        container
          .getBlobClient(name)
          .downloadToBuffer()
          .catch(() => undefined),
    };
    const seen = () => {
      this.#read = etags;
    };
    return { contents, seen };
  }

  async #rows(table: string, filter?: string): Promise<{ row: Row; etag: string }[]> {
    const { connectionString, hubName } = this.#options;
    const options = { allowInsecureConnection: true };
    const client = TableClient.fromConnectionString(connectionString, `${hubName}${table}`, options);
    const entities = client.listEntities({
      disableTypeConversion: true,
      ...(filter === undefined ? {} : { queryOptions: { filter } }),
    });
    return Array.fromAsync(entities, (entity) => ({ row: toRow(entity), etag: entity.etag }));
  }

  /** The visible messages: those of timers, and those held by a host, are hidden. */
  async #peek(): Promise<Record<string, string[]>> {
    const { connectionString, hubName, partitionCount } = this.#options;
    const lower = hubName.toLowerCase();
    const service = QueueServiceClient.fromConnectionString(connectionString);
    const names = Array.from(
      { length: partitionCount },
      (_, index) => `${lower}-control-${String(index).padStart(2, "0")}`,
    );
    const peeked = [...names, `${lower}-workitems`].map(async (name) => {
      const answer = await service.getQueueClient(name).peekMessages({ numberOfMessages: MAX_PEEKED });
      return [name, answer.peekedMessageItems.map(({ messageText }) => messageText)] as const;
    });
    return Object.fromEntries(await Promise.all(peeked));
  }
}

function toRow(entity: TableEntityResult<Record<string, unknown>>): Row {
  const columns = Object.entries(entity).filter(([name]) => !KEYS.has(name) && !name.startsWith("odata."));
  return {
    partitionKey: entity.partitionKey ?? "",
    rowKey: entity.rowKey ?? "",
    columns: Object.fromEntries(columns.map(([name, value]) => [name, toTyped(value)])),
  };
}

function toTyped(value: unknown): { type: EdmType; value: string } {
  if (typeof value === "string") return { type: "String", value };
  if (typeof value === "boolean") return { type: "Boolean", value: String(value) };
  const { type, value: inner } = value as { type: EdmType; value: unknown };
  return { type, value: String(inner) };
}

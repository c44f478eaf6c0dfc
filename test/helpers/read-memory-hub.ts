// Reads a hub from in-memory storage of this process, including hidden messages.

import type { MemoryStorage } from "../../local/src/storage/memory/memory-storage.ts";
import type { StoredEntity } from "../../local/src/storage/storage-table.ts";
import type { ColumnValue } from "../../local/src/storage/table-values.ts";
import type { EdmType, HubContents, Row } from "../local/second-reader/contents.ts";

export async function readMemoryHub(
  storage: MemoryStorage,
  { hubName, partitionCount }: Pick<HubContents, "hubName" | "partitionCount">,
): Promise<HubContents> {
  const lower = hubName.toLowerCase();
  const rows = (table: string) => Array.fromAsync(storage.table(`${hubName}${table}`).query(), toRow);
  const queues = [
    ...Array.from({ length: partitionCount }, (_, index) => `${lower}-control-${String(index).padStart(2, "0")}`),
    `${lower}-workitems`,
  ];
  const container = storage.container(`${lower}-largemessages`);
  return {
    hubName,
    partitionCount,
    history: await rows("History"),
    instances: await rows("Instances"),
    partitions: await rows("Partitions"),
    messages: Object.fromEntries(
      queues.map((name) => [
        name,
        storage
          .queue(name)
          .messages()
          .map(({ text }) => text),
      ]),
    ),
    blobsUrl: container.url,
    blob: (name) => container.download(name).catch(() => undefined),
  };
}

export function toRow({ partitionKey, rowKey, columns }: StoredEntity): Row {
  return {
    partitionKey,
    rowKey,
    columns: Object.fromEntries(Object.entries(columns).map(([name, value]) => [name, toTyped(value)])),
  };
}

function toTyped(value: ColumnValue): { type: EdmType; value: string } {
  if (typeof value === "object") return value;
  if (typeof value === "number") return { type: Number.isInteger(value) ? "Int32" : "Double", value: String(value) };
  return { type: typeof value === "boolean" ? "Boolean" : "String", value: String(value) };
}

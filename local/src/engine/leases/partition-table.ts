// Rows of `{Hub}Partitions`. Source: Azure/durabletask, DurableTask.AzureStorage/Partitioning/TablePartitionLease.cs.

import { ignoring } from "../../storage/storage-errors.ts";
import type { Entity } from "../../storage/storage-table.ts";
import { booleanValue, type ColumnValue, dateTime, textValue } from "../../storage/table-values.ts";
import type { TaskHub } from "../taskhub/task-hub.ts";

/** Owner and next owner of one control queue. Times are UTC text. */
export type PartitionRow = {
  /** Full name of the control queue; the row's key. */
  queueName: string;
  etag: string;
  currentOwner: string | null;
  nextOwner: string | null;
  ownedSince: string | null;
  lastRenewal: string | null;
  expiresAt: string | null;
  isDraining: boolean;
};

/** The row was removed, or changed. */
const ROW_CHANGED = [404, 412];

/** Reads all rows, ordered by queue name. */
export async function readPartitions(hub: TaskHub, signal?: AbortSignal): Promise<PartitionRow[]> {
  return Array.fromAsync(hub.partitions.query(signal && { signal }), ({ rowKey, etag, columns }) => ({
    queueName: rowKey,
    etag,
    currentOwner: textValue(columns, "CurrentOwner"),
    nextOwner: textValue(columns, "NextOwner"),
    ownedSince: textValue(columns, "OwnedSince"),
    lastRenewal: textValue(columns, "LastRenewal"),
    expiresAt: textValue(columns, "ExpiresAt"),
    isDraining: booleanValue(columns, "IsDraining") ?? false,
  }));
}

/**
 * Writes a complete row, because an owner is cleared by omitting the column.
 *
 * @returns The new ETag.
 * @throws StorageError 412 if another host changed the row since it was read.
 */
export async function writePartition(hub: TaskHub, row: PartitionRow, signal?: AbortSignal): Promise<string> {
  return hub.partitions.update(toEntity(row), "Replace", { etag: row.etag, ...(signal && { signal }) });
}

/**
 * Writes rows with one request, under the same condition.
 *
 * @returns false if one of them was changed or removed since it was read: then none is written.
 */
export async function writePartitionsTogether(
  hub: TaskHub,
  rows: readonly PartitionRow[],
  signal: AbortSignal,
): Promise<boolean> {
  const actions = rows.map((row) => {
    return { kind: "update", entity: toEntity(row), mode: "Replace", etag: row.etag } as const;
  });
  return (await ignoring(ROW_CHANGED, hub.partitions.transact(actions, { signal }))) !== undefined;
}

function toEntity(row: PartitionRow): Entity {
  const columns: Record<string, ColumnValue> = { IsDraining: row.isDraining };
  if (row.currentOwner !== null) columns["CurrentOwner"] = row.currentOwner;
  if (row.nextOwner !== null) columns["NextOwner"] = row.nextOwner;
  if (row.ownedSince !== null) columns["OwnedSince"] = dateTime(row.ownedSince);
  if (row.lastRenewal !== null) columns["LastRenewal"] = dateTime(row.lastRenewal);
  if (row.expiresAt !== null) columns["ExpiresAt"] = dateTime(row.expiresAt);
  return { partitionKey: "", rowKey: row.queueName, columns };
}

// Rows of `{Hub}Partitions`. Source: Azure/durabletask, DurableTask.AzureStorage/Partitioning/TablePartitionLease.cs.

import { booleanValue, dateTime, type TableRow, textValue } from "../../storage/table-values.ts";
import type { TaskHub } from "../taskhub/task-hub.ts";

/** Who owns one control queue, and who wants it. Times are UTC text. */
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

export async function readPartitions(hub: TaskHub, abortSignal?: AbortSignal): Promise<PartitionRow[]> {
  const rows: PartitionRow[] = [];
  for await (const entity of hub.partitions.listEntities({
    disableTypeConversion: true,
    ...(abortSignal && { abortSignal }),
  })) {
    const row = entity as TableRow;
    rows.push({
      queueName: String(row["rowKey"]),
      etag: String(row["etag"]),
      currentOwner: textValue(row, "CurrentOwner"),
      nextOwner: textValue(row, "NextOwner"),
      ownedSince: textValue(row, "OwnedSince"),
      lastRenewal: textValue(row, "LastRenewal"),
      expiresAt: textValue(row, "ExpiresAt"),
      isDraining: booleanValue(row, "IsDraining") ?? false,
    });
  }
  return rows;
}

/**
 * Writes a row as a whole, because an owner is cleared by the column's absence.
 *
 * @returns the new ETag.
 * @throws what the SDK throws, with `statusCode` 412, where another host changed the row since it was read.
 */
export async function writePartition(hub: TaskHub, row: PartitionRow, abortSignal?: AbortSignal): Promise<string> {
  const entity: Record<string, unknown> & { partitionKey: string; rowKey: string } = {
    partitionKey: "",
    rowKey: row.queueName,
    IsDraining: row.isDraining,
  };
  if (row.currentOwner !== null) entity["CurrentOwner"] = row.currentOwner;
  if (row.nextOwner !== null) entity["NextOwner"] = row.nextOwner;
  if (row.ownedSince !== null) entity["OwnedSince"] = dateTime(row.ownedSince);
  if (row.lastRenewal !== null) entity["LastRenewal"] = dateTime(row.lastRenewal);
  if (row.expiresAt !== null) entity["ExpiresAt"] = dateTime(row.expiresAt);
  const options = { etag: row.etag, ...(abortSignal && { abortSignal }) };
  const answer = await hub.partitions.updateEntity(entity as never, "Replace", options);
  return answer.etag ?? row.etag;
}

// The history table. Source: Azure/durabletask, DurableTask.AzureStorage/Tracking/AzureTableTrackingStore.cs.

import type { TransactionAction } from "@azure/data-tables";
import { type Clock, parseTicks } from "@same-kit/shared";
import { isConflict, isPreconditionFailed } from "../../storage/storage-errors.ts";
import { dateTime, type TableRow, textValue } from "../../storage/table-values.ts";
import { HistoryConflictError } from "../errors.ts";
import type { HistoryEvent } from "../history/events.ts";
import { fromColumns, historyRowKey, toColumns } from "../history/row-codec.ts";
import type { LargePayloads } from "../taskhub/large-payloads.ts";
import { escapeKey } from "../taskhub/names.ts";
import type { TaskHub } from "../taskhub/task-hub.ts";
import { estimateRowBytes, moveLargeProperties, restoreLargeProperties } from "./large-properties.ts";

/** A history as stored. */
export type StoredHistory = {
  events: HistoryEvent[];
  /** Null where there is none. */
  executionId: string | null;
  /** Of the sentinel row, kept also when another execution was asked for; null where there is no sentinel. */
  etag: string | null;
  /** Blobs that the rows refer to. */
  blobNames: string[];
};

export type HistoryAppend = {
  instanceId: string;
  executionId: string;
  events: readonly HistoryEvent[];
  /** The last this many of `events` are stored now. */
  newEventCount: number;
  /** As loaded or as returned by the append before; null where there is no sentinel yet. */
  etag: string | null;
};

/** Names of the blobs that large values of the new events went to, for the instances row. */
export type AppendedHistory = {
  etag: string;
  inputBlob: string | null;
  outputBlob: string | null;
  blobNames: string[];
};

const SENTINEL = "sentinel";
const MAX_EVENTS_PER_BATCH = 99;
const MAX_BATCH_BYTES = 3 * 1024 * 1024;
const PURGE_BATCH = 100;

export class HistoryStore {
  readonly #hub: TaskHub;
  readonly #payloads: LargePayloads;
  readonly #clock: Clock;

  constructor(deps: { hub: TaskHub; payloads: LargePayloads; clock: Clock }) {
    this.#hub = deps.hub;
    this.#payloads = deps.payloads;
    this.#clock = deps.clock;
  }

  /** @param executionId - Empty history unless this is the current one; null takes the current one. */
  async load(instanceId: string, executionId: string | null): Promise<StoredHistory> {
    const rows = await this.#query(instanceId, executionId);
    const sentinel = rows.find((row) => row["rowKey"] === SENTINEL);
    const etag = sentinel === undefined ? null : String(sentinel["etag"]);
    const eventRows = rows.filter((row) => row["rowKey"] !== SENTINEL);
    const current = textValue(sentinel ?? eventRows[0] ?? {}, "ExecutionId");
    const isWanted = executionId === null || current === null || current.toLowerCase() === executionId.toLowerCase();
    if (!isWanted) return { events: [], executionId: current, etag, blobNames: [] };
    const live: TableRow[] = [];
    for (const row of eventRows) {
      // Rows beyond belong to an earlier, longer execution.
      if (textValue(row, "ExecutionId") !== current) break;
      live.push(row);
    }
    const blobNames = (await Promise.all(live.map((row) => restoreLargeProperties(row, this.#payloads)))).flat();
    return { events: live.map(fromColumns), executionId: current, etag, blobNames };
  }

  /**
   * Appends one episode's events, in batches of at most 99 beside the sentinel row, whose ETag is the only guard between
   * hosts. The commit point of a checkpoint.
   *
   * @throws HistoryConflictError when another worker wrote first (HTTP 409 or 412).
   */
  async append(append: HistoryAppend): Promise<AppendedHistory> {
    const { instanceId, executionId, events, newEventCount } = append;
    const partitionKey = escapeKey(instanceId);
    const first = events.length - newEventCount;
    const result: AppendedHistory = { etag: append.etag ?? "", inputBlob: null, outputBlob: null, blobNames: [] };
    const rows = await Promise.all(
      events.slice(first).map(async (event, i) => {
        const rowKey = historyRowKey(first + i);
        const columns: Record<string, unknown> = {
          partitionKey,
          rowKey,
          ExecutionId: executionId,
          ...toColumns(event),
        };
        const kind = String(columns["EventType"]);
        const moved = await moveLargeProperties(columns, { partitionKey, rowKey, kind }, this.#payloads);
        result.blobNames.push(...Object.values(moved));
        if (kind === "ExecutionStarted") result.inputBlob = moved.Input ?? result.inputBlob;
        if (kind === "ExecutionCompleted") result.outputBlob = moved.Result ?? result.outputBlob;
        return columns;
      }),
    );
    let etag = append.etag;
    const batches = toBatches(rows);
    try {
      for (const [index, batch] of batches.entries()) {
        const isLast = index === batches.length - 1;
        etag = await this.#submit({ instanceId, partitionKey, executionId, batch, etag, isLast });
      }
    } catch (error) {
      etag = error instanceof HistoryConflictError ? await this.#etagIfStored(append) : null;
      if (etag === null) throw error;
    }
    result.etag = etag ?? "";
    return result;
  }

  /** A write whose answer got lost is tried again by the SDK, and refused then: the conflict is with ourselves. */
  async #etagIfStored({ instanceId, executionId, events, newEventCount }: HistoryAppend): Promise<string | null> {
    const stored = await this.load(instanceId, executionId);
    const isSame = (index: number) => {
      const [ours, theirs] = [events.at(index), stored.events.at(index)];
      if (ours === undefined || theirs?.EventType !== ours.EventType) return false;
      // Two hosts do not make an event in the same 100 ns.
      return parseTicks(ours.Timestamp) === parseTicks(theirs.Timestamp);
    };
    const isOurs = stored.events.length === events.length && isSame(-1) && isSame(events.length - newEventCount);
    return isOurs ? stored.etag : null;
  }

  /** Removes every row of the instance, the sentinel included. */
  async purge(instanceId: string): Promise<void> {
    const partitionKey = escapeKey(instanceId);
    const keys: string[] = [];
    const filter = partitionFilter(partitionKey);
    const rows = this.#hub.history.listEntities({ queryOptions: { filter, select: ["PartitionKey", "RowKey"] } });
    for await (const row of rows) keys.push(String(row.rowKey));
    for (let at = 0; at < keys.length; at += PURGE_BATCH) {
      await this.#deleteRows(partitionKey, keys.slice(at, at + PURGE_BATCH));
    }
  }

  async #deleteRows(partitionKey: string, rowKeys: string[]): Promise<void> {
    const actions = rowKeys.map((rowKey): TransactionAction => ["delete", { partitionKey, rowKey }]);
    try {
      await this.#hub.history.submitTransaction(actions);
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode !== 404) throw error;
      // Somebody purges at the same time: what is still there is removed one by one.
      for (const rowKey of rowKeys) await this.#hub.history.deleteEntity(partitionKey, rowKey).catch(() => {});
    }
  }

  async #query(instanceId: string, executionId: string | null): Promise<TableRow[]> {
    const partition = partitionFilter(escapeKey(instanceId));
    const filter =
      executionId === null
        ? partition
        : `${partition} and (RowKey eq '${SENTINEL}' or ExecutionId eq '${executionId.replaceAll("'", "''")}')`;
    const rows: TableRow[] = [];
    const entities = this.#hub.history.listEntities({ queryOptions: { filter }, disableTypeConversion: true });
    for await (const row of entities) rows.push(row as TableRow);
    return rows;
  }

  async #submit(batch: {
    instanceId: string;
    partitionKey: string;
    executionId: string;
    batch: Record<string, unknown>[];
    etag: string | null;
    isLast: boolean;
  }): Promise<string> {
    const { partitionKey, executionId, etag, isLast } = batch;
    const sentinel = {
      partitionKey,
      rowKey: SENTINEL,
      ExecutionId: executionId,
      IsCheckpointComplete: isLast,
      ...(isLast ? { CheckpointCompletedTimestamp: dateTime(this.#clock.nowTicks()) } : {}),
    };
    const actions: TransactionAction[] = batch.batch.map((row) => ["upsert", row as never, "Replace"]);
    actions.push(etag === null ? ["create", sentinel] : ["update", sentinel, "Merge", { etag }]);
    try {
      const { subResponses } = await this.#hub.history.submitTransaction(actions);
      // By position: the answer to an update does not name its row.
      const newEtag = subResponses.at(-1)?.etag;
      if (newEtag === undefined) throw new Error("The table service answered no ETag for the sentinel row.");
      return newEtag;
    } catch (error) {
      if (isConflict(error) || isPreconditionFailed(error)) throw new HistoryConflictError(batch.instanceId, error);
      throw error;
    }
  }
}

function partitionFilter(partitionKey: string): string {
  return `PartitionKey eq '${partitionKey.replaceAll("'", "''")}'`;
}

function toBatches(rows: Record<string, unknown>[]): Record<string, unknown>[][] {
  const batches: Record<string, unknown>[][] = [[]];
  let bytes = 0;
  for (const row of rows) {
    const last = batches.at(-1) ?? [];
    if (last.length === MAX_EVENTS_PER_BATCH || bytes > MAX_BATCH_BYTES) {
      batches.push([row]);
      bytes = estimateRowBytes(row);
    } else {
      last.push(row);
      bytes += estimateRowBytes(row);
    }
  }
  return batches;
}

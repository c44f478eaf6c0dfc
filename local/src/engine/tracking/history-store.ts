// The history table. Source: Azure/durabletask, DurableTask.AzureStorage/Tracking/AzureTableTrackingStore.cs.

import { type Clock, parseTicks } from "@same-kit/shared";
import { ignoring, isConflict, isPreconditionFailed } from "../../storage/storage-errors.ts";
import type { Entity, StoredEntity, TableAction, TableFilter, WriteMode } from "../../storage/storage-table.ts";
import { type ColumnValue, dateTime, textValue } from "../../storage/table-values.ts";
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
  /** Null if there is none. */
  executionId: string | null;
  /** ETag of the sentinel row, even if another execution was requested; null if there is no sentinel. */
  etag: string | null;
  /** Blobs that the rows refer to. */
  blobNames: string[];
};

export type HistoryAppend = {
  instanceId: string;
  executionId: string;
  events: readonly HistoryEvent[];
  /** Number of events at the end of `events` that are to be stored. */
  newEventCount: number;
  /** As loaded, or as returned by the previous append; null if there is no sentinel yet. */
  etag: string | null;
};

/** Names of the blobs for large values of the new events, used in the instances row. */
type AppendedHistory = {
  etag: string;
  inputBlob: string | null;
  outputBlob: string | null;
  blobNames: string[];
};

/** A row that a rewind changes. */
export type RewoundRow = {
  /** Its index in the history. */
  index: number;
  /** Its former event type. */
  was: string;
  /** Whether it becomes a GenericEvent without content; otherwise only its reason records the rewind. */
  isTakenOut: boolean;
};

const SENTINEL = "sentinel";
const MAX_EVENTS_PER_BATCH = 99;
const MAX_BATCH_BYTES = 3 * 1024 * 1024;
const PURGE_BATCH = 100;

/** Reads and writes the history table of one hub. Errors of the storage other than the named ones pass through. */
export class HistoryStore {
  readonly #hub: TaskHub;
  readonly #payloads: LargePayloads;
  readonly #clock: Clock;

  constructor(deps: { hub: TaskHub; payloads: LargePayloads; clock: Clock }) {
    this.#hub = deps.hub;
    this.#payloads = deps.payloads;
    this.#clock = deps.clock;
  }

  /** @param executionId - The history is empty unless this is the current execution; null loads the current one. */
  async load(instanceId: string, executionId: string | null): Promise<StoredHistory> {
    const rows = await this.#query(instanceId, executionId);
    const sentinel = rows.find((row) => row.rowKey === SENTINEL);
    const etag = sentinel?.etag ?? null;
    const eventRows = rows.filter((row) => row.rowKey !== SENTINEL);
    const current = textValue((sentinel ?? eventRows[0])?.columns ?? {}, "ExecutionId");
    const isWanted = executionId === null || current === null || current.toLowerCase() === executionId.toLowerCase();
    if (!isWanted) return { events: [], executionId: current, etag, blobNames: [] };
    // The remaining rows belong to an earlier, longer execution.
    const end = eventRows.findIndex(({ columns }) => textValue(columns, "ExecutionId") !== current);
    const live = end === -1 ? eventRows : eventRows.slice(0, end);
    const restored = await Promise.all(live.map(({ columns }) => restoreLargeProperties(columns, this.#payloads)));
    return {
      events: restored.map(({ columns }) => fromColumns(columns)),
      executionId: current,
      etag,
      blobNames: restored.flatMap(({ blobNames }) => blobNames),
    };
  }

  /**
   * Appends one episode's events, in batches of at most 99 plus the sentinel row, whose ETag is the only guard between
   * hosts. This is the commit point of a checkpoint.
   *
   * @throws HistoryConflictError if another worker wrote first (HTTP 409 or 412).
   */
  async append(append: HistoryAppend): Promise<AppendedHistory> {
    const { instanceId, executionId, events, newEventCount } = append;
    const partitionKey = escapeKey(instanceId);
    const first = events.length - newEventCount;
    const result: AppendedHistory = { etag: append.etag ?? "", inputBlob: null, outputBlob: null, blobNames: [] };
    const rows = await Promise.all(
      events.slice(first).map(async (event, i) => {
        const rowKey = historyRowKey(first + i);
        const columns: Record<string, ColumnValue> = { ExecutionId: executionId, ...toColumns(event) };
        const kind = String(columns["EventType"]);
        const moved = await moveLargeProperties(columns, { partitionKey, rowKey, kind }, this.#payloads);
        result.blobNames.push(...Object.values(moved));
        if (kind === "ExecutionStarted") result.inputBlob = moved.Input ?? result.inputBlob;
        if (kind === "ExecutionCompleted") result.outputBlob = moved.Result ?? result.outputBlob;
        return { partitionKey, rowKey, columns };
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

  /** If the response to a write is lost, the SDK retries it and is rejected: the conflict is with our own write. */
  async #etagIfStored({ instanceId, executionId, events, newEventCount }: HistoryAppend): Promise<string | null> {
    const stored = await this.load(instanceId, executionId);
    const isSame = (index: number) => {
      const [ours, theirs] = [events.at(index), stored.events.at(index)];
      if (ours === undefined || theirs?.EventType !== ours.EventType) return false;
      // Two hosts do not create an event within the same 100 ns.
      return parseTicks(ours.Timestamp) === parseTicks(theirs.Timestamp);
    };
    const isOurs = stored.events.length === events.length && isSame(-1) && isSame(events.length - newEventCount);
    return isOurs ? stored.etag : null;
  }

  /**
   * Changes rows of a history; all columns except the event type are kept.
   *
   * @throws HistoryConflictError if another worker wrote in the meantime.
   */
  async rewind(rewound: {
    instanceId: string;
    executionId: string;
    etag: string;
    rows: readonly RewoundRow[];
  }): Promise<void> {
    const { instanceId, executionId } = rewound;
    const partitionKey = escapeKey(instanceId);
    const rows = rewound.rows.map(({ index, was, isTakenOut }) => ({
      partitionKey,
      rowKey: historyRowKey(index),
      columns: {
        Reason: `Rewound: ${was}`,
        ...(isTakenOut ? { EventType: "GenericEvent" } : {}),
      } as Record<string, ColumnValue>,
    }));
    const batches = toBatches(rows);
    let etag: string | null = rewound.etag;
    for (const [index, batch] of batches.entries()) {
      const isLast = index === batches.length - 1;
      etag = await this.#submit({ instanceId, partitionKey, executionId, batch, etag, isLast, mode: "Merge" });
    }
  }

  /** Deletes every row of the instance, including the sentinel. */
  async purge(instanceId: string): Promise<void> {
    const partitionKey = escapeKey(instanceId);
    const rows = this.#hub.history.query({ filter: inPartition(partitionKey), select: [] });
    const keys = await Array.fromAsync(rows, ({ rowKey }) => rowKey);
    for (let at = 0; at < keys.length; at += PURGE_BATCH) {
      await this.#deleteRows(partitionKey, keys.slice(at, at + PURGE_BATCH));
    }
  }

  async #deleteRows(partitionKey: string, rowKeys: string[]): Promise<void> {
    const keys = rowKeys.map((rowKey) => ({ partitionKey, rowKey }));
    const all = this.#hub.history.transact(keys.map((key) => ({ kind: "delete", key })));
    if ((await ignoring([404], all)) !== undefined) return;
    // Another host is purging at the same time: the remaining rows are deleted one by one.
    for (const key of keys) await ignoring([404], this.#hub.history.delete(key));
  }

  #query(instanceId: string, executionId: string | null): Promise<StoredEntity[]> {
    const partition = inPartition(escapeKey(instanceId));
    const ofExecution = (value: string): TableFilter => ({
      or: [
        { column: "RowKey", is: "eq", value: SENTINEL },
        { column: "ExecutionId", is: "eq", value },
      ],
    });
    const filter = executionId === null ? partition : { and: [partition, ofExecution(executionId)] };
    return Array.fromAsync(this.#hub.history.query({ filter }));
  }

  async #submit(batch: {
    instanceId: string;
    partitionKey: string;
    executionId: string;
    batch: Entity[];
    etag: string | null;
    isLast: boolean;
    mode?: WriteMode;
  }): Promise<string> {
    const { partitionKey, executionId, etag, isLast, mode = "Replace" } = batch;
    const columns: Record<string, ColumnValue> = { ExecutionId: executionId, IsCheckpointComplete: isLast };
    if (isLast) columns["CheckpointCompletedTimestamp"] = dateTime(this.#clock.nowTicks());
    const entity: Entity = { partitionKey, rowKey: SENTINEL, columns };
    const actions = batch.batch.map((row): TableAction => ({ kind: "upsert", entity: row, mode }));
    actions.push(etag === null ? { kind: "insert", entity } : { kind: "update", entity, mode: "Merge", etag });
    try {
      const newEtag = (await this.#hub.history.transact(actions)).at(-1);
      if (!newEtag) throw new Error("The table service answered no ETag for the sentinel row.");
      return newEtag;
    } catch (error) {
      if (isConflict(error) || isPreconditionFailed(error)) throw new HistoryConflictError(batch.instanceId, error);
      throw error;
    }
  }
}

const inPartition = (value: string): TableFilter => ({ column: "PartitionKey", is: "eq", value });

function toBatches(rows: Entity[]): Entity[][] {
  const batches: Entity[][] = [[]];
  let bytes = 0;
  for (const row of rows) {
    const last = batches.at(-1) ?? [];
    if (last.length === MAX_EVENTS_PER_BATCH || bytes > MAX_BATCH_BYTES) {
      batches.push([row]);
      bytes = estimateRowBytes(row.columns);
    } else {
      last.push(row);
      bytes += estimateRowBytes(row.columns);
    }
  }
  return batches;
}

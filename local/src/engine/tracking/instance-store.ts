// The instances table: one row per instance, whatever its generation.
// Source: Azure/durabletask, DurableTask.AzureStorage/Tracking/AzureTableTrackingStore.cs and OrchestrationInstanceStatus.cs.

import type { Clock } from "@same-kit/shared";
import { ignoring, isConflict, isPreconditionFailed, statusOf } from "../../storage/storage-errors.ts";
import type { Entity, EntityKey, StoredEntity } from "../../storage/storage-table.ts";
import { type ColumnValue, dateTime, numberValue, textValue } from "../../storage/table-values.ts";
import type { InstanceFilter, InstanceStatus } from "../client.ts";
import type { ExecutionStartedEvent, HistoryEvent, OrchestrationStatusName } from "../history/events.ts";
import { historyBlobName, isLargeProperty, type LargePayloads } from "../taskhub/large-payloads.ts";
import { escapeKey, unescapeKey } from "../taskhub/names.ts";
import type { TaskHub } from "../taskhub/task-hub.ts";
import { episodeColumns, startColumns } from "./instance-columns.ts";
import { toTableFilter } from "./instance-filter.ts";
import { moveLargeProperties } from "./large-properties.ts";

/** The parts of the row that the engine uses. */
export type InstanceRow = {
  etag: string;
  executionId: string;
  status: OrchestrationStatusName;
  createdTime: string;
  generation: number | null;
};

/** The changes to the row by an episode. */
export type EpisodeRow = {
  instanceId: string;
  executionId: string;
  newEvents: readonly HistoryEvent[];
  /** Undefined leaves it unchanged. */
  customStatus: string | null | undefined;
  inputBlob: string | null;
  outputBlob: string | null;
  /** Only a child's first episode creates a row; the row of any other instance is created by its starter. */
  mayCreate: boolean;
};

/**
 * `missing`: there is no row and none may be created, because the instance was purged. `changed`: the row does not have
 * the given ETag.
 */
type RowWrite = { kind: "written"; etag: string } | { kind: "missing" } | { kind: "changed" };

type InstancesPage = { rows: InstanceStatus[]; continuationToken: string | null };

const ROW_KEY = "";
/** The page limit of the table service. */
const MAX_PAGE = 1000;
const LISTED_COLUMNS = [
  "ExecutionId",
  "Name",
  "Version",
  "RuntimeStatus",
  "CreatedTime",
  "LastUpdatedTime",
  "CompletedTime",
  "CustomStatus",
  "Output",
  "Tags",
  "Generation",
];

/** Reads and writes the instances table of one hub. Errors of the storage pass through. */
export class InstanceStore {
  readonly #hub: TaskHub;
  readonly #payloads: LargePayloads;
  readonly #clock: Clock;

  constructor(deps: { hub: TaskHub; payloads: LargePayloads; clock: Clock }) {
    this.#hub = deps.hub;
    this.#payloads = deps.payloads;
    this.#clock = deps.clock;
  }

  async findRow(instanceId: string): Promise<InstanceRow | null> {
    const row = await this.#get(instanceId);
    if (row === null) return null;
    const { etag, columns } = row;
    return {
      etag,
      executionId: textValue(columns, "ExecutionId") ?? "",
      status: (textValue(columns, "RuntimeStatus") ?? "Pending") as OrchestrationStatusName,
      createdTime: textValue(columns, "CreatedTime") ?? "",
      generation: numberValue(columns, "Generation"),
    };
  }

  /**
   * Writes the row of a start that was sent. If another starter was faster, it wins, and the worker drops our message.
   *
   * @param inputBlob - The blob of the start's message, if it was large.
   * @returns The row's ETag; null if the row does not belong to this start.
   */
  async writeStarted(
    event: ExecutionStartedEvent,
    existing: InstanceRow | null,
    inputBlob: string | null,
  ): Promise<string | null> {
    const instanceId = event.OrchestrationInstance.InstanceId;
    const partitionKey = escapeKey(instanceId);
    const columns: Record<string, ColumnValue> = {
      ...startColumns(event, this.#urlOf(inputBlob)),
      ExecutionId: event.OrchestrationInstance.ExecutionId ?? "",
      TaskHubName: this.#hub.hubName,
      LastUpdatedTime: dateTime(this.#clock.nowTicks()),
      RuntimeStatus: "Pending",
    };
    const key = { partitionKey, rowKey: ROW_KEY };
    await moveLargeProperties(columns, { ...key, kind: "" }, this.#payloads);
    const { instances } = this.#hub;
    const entity = { ...key, columns };
    const write =
      existing === null ? instances.insert(entity) : instances.update(entity, "Replace", { etag: existing.etag });
    return (await ignoring([409, 412], write)) ?? null;
  }

  /**
   * Writes the changes of an episode's new events to the row.
   *
   * @param etag - Writes only over the row with this ETag, or, for null, only if there is none. Absent:
   *   unconditionally.
   */
  async writeEpisode(episode: EpisodeRow, etag?: string | null): Promise<RowWrite> {
    const { instanceId, executionId, newEvents, customStatus } = episode;
    const columns: Record<string, ColumnValue> = {
      ExecutionId: executionId,
      TaskHubName: this.#hub.hubName,
      LastUpdatedTime: dateTime(newEvents.at(-1)?.Timestamp ?? this.#clock.nowTicks()),
      // .NET writes null as text here, because it serializes the status to JSON.
      ...(customStatus === undefined ? {} : { CustomStatus: customStatus ?? "null" }),
    };
    const urls = { input: this.#urlOf(episode.inputBlob), output: this.#urlOf(episode.outputBlob) };
    const now = this.#clock.nowTicks();
    for (const event of newEvents) Object.assign(columns, episodeColumns(event, urls, now));
    return this.#merge(instanceId, columns, { mayCreate: episode.mayCreate, etag });
  }

  /** For a terminate command to an instance that never started. */
  async markTerminated(instanceId: string, at: string, reason: string | null): Promise<void> {
    const columns = {
      RuntimeStatus: "Terminated",
      LastUpdatedTime: dateTime(at),
      CompletedTime: dateTime(this.#clock.nowTicks()),
      ...(reason === null ? {} : { Output: reason }),
    };
    await this.#merge(instanceId, columns, { mayCreate: false });
  }

  /** A failed instance now waits for what failed. Its output stays until it is replaced. */
  async markRewound(instanceId: string): Promise<void> {
    const columns = { RuntimeStatus: "Pending", LastUpdatedTime: dateTime(this.#clock.nowTicks()) };
    await this.#merge(instanceId, columns, { mayCreate: false });
  }

  async status(instanceId: string, options: { withInput: boolean }): Promise<InstanceStatus | null> {
    const row = await this.#get(instanceId);
    return row === null ? null : this.#toStatus(row, options.withInput);
  }

  async list(
    filter: InstanceFilter,
    page: { top: number; continuationToken?: string; withInput: boolean },
  ): Promise<InstancesPage> {
    const tableFilter = toTableFilter(filter);
    const found = await this.#hub.instances.queryPage(
      {
        ...(tableFilter && { filter: tableFilter }),
        select: page.withInput ? [...LISTED_COLUMNS, "Input", "InputBlobName"] : LISTED_COLUMNS,
      },
      {
        size: Math.min(page.top, MAX_PAGE),
        ...(page.continuationToken === undefined ? {} : { continuationToken: page.continuationToken }),
      },
    );
    const rows = await Promise.all(found.entities.map((row) => this.#toStatus(row, page.withInput)));
    return { rows, continuationToken: found.continuationToken };
  }

  async remove(instanceId: string): Promise<void> {
    await ignoring([404], this.#hub.instances.delete(keyOf(instanceId)));
  }

  /** Payloads that no message or history row put into a blob, for example a long failure's text, get their own blob. */
  async #merge(
    instanceId: string,
    columns: Record<string, ColumnValue>,
    condition: { mayCreate: boolean; etag?: string | null | undefined },
  ): Promise<RowWrite> {
    const key = keyOf(instanceId);
    for (const property of ["Input", "Output"]) {
      const value = columns[property];
      if (typeof value !== "string" || !isLargeProperty(value)) continue;
      const name = historyBlobName(key.partitionKey, ROW_KEY, property, property);
      await this.#payloads.save(name, value);
      columns[property] = this.#payloads.urlOf(name);
    }
    await moveLargeProperties(columns, { ...key, kind: "" }, this.#payloads);
    return this.#writeIf({ ...key, columns }, condition);
  }

  async #writeIf(
    entity: Entity,
    { mayCreate, etag }: { mayCreate: boolean; etag?: string | null | undefined },
  ): Promise<RowWrite> {
    const { instances } = this.#hub;
    if (etag === null && !mayCreate) return { kind: "missing" };
    try {
      if (etag === null) return { kind: "written", etag: await instances.insert(entity) };
      if (etag !== undefined) return { kind: "written", etag: await instances.update(entity, "Merge", { etag }) };
      const write = mayCreate ? instances.upsert(entity, "Merge") : instances.update(entity, "Merge");
      return { kind: "written", etag: await write };
    } catch (error) {
      if (statusOf(error) === 404) return { kind: "missing" };
      if (etag !== undefined && (isConflict(error) || isPreconditionFailed(error))) return { kind: "changed" };
      throw error;
    }
  }

  async #get(instanceId: string): Promise<StoredEntity | null> {
    return (await ignoring([404], this.#hub.instances.get(keyOf(instanceId)))) ?? null;
  }

  #urlOf(blobName: string | null): string | null {
    return blobName === null ? null : this.#payloads.urlOf(blobName);
  }

  async #toStatus({ partitionKey, columns: row }: StoredEntity, withInput: boolean): Promise<InstanceStatus> {
    const resolve = async (name: string) => {
      const value = textValue(row, name);
      return value === null ? null : this.#payloads.resolve(value);
    };
    const input = async () => {
      const blobName = textValue(row, "InputBlobName");
      // The column of a merged row stays if a later generation has a short input.
      const isMoved = blobName !== null && !textValue(row, "Input");
      return isMoved ? this.#payloads.resolve(this.#payloads.urlOf(blobName)) : resolve("Input");
    };
    return {
      instanceId: unescapeKey(partitionKey),
      executionId: textValue(row, "ExecutionId") ?? "",
      name: textValue(row, "Name") ?? "",
      version: textValue(row, "Version"),
      runtimeStatus: (textValue(row, "RuntimeStatus") ?? "Pending") as OrchestrationStatusName,
      input: withInput ? await input() : null,
      output: await resolve("Output"),
      customStatus: textValue(row, "CustomStatus"),
      createdTime: textValue(row, "CreatedTime") ?? "",
      lastUpdatedTime: textValue(row, "LastUpdatedTime") ?? "",
      tags: JSON.parse(textValue(row, "Tags") || "null"),
    };
  }
}

const keyOf = (instanceId: string): EntityKey => ({ partitionKey: escapeKey(instanceId), rowKey: ROW_KEY });

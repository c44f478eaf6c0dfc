// A task hub as written by a .NET host of DurableTask.AzureStorage, built from the specification without using the engine.

import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { StorageAccount } from "../../local/src/storage/storage-account.ts";
import type { ColumnValue } from "../../local/src/storage/table-values.ts";
import { fnv1a } from "../local/second-reader/check-messages.ts";
import { EVENT_KINDS, membersOf } from "../local/second-reader/event-kinds.ts";

type Member = string | number | boolean | null | object;
/** A history event by its properties; missing ones are null, and `EventId` is -1. */
export type ForeignEvent = { EventType: string; at?: string; IsPlayed?: boolean; EventId?: number } & Record<
  string,
  Member
>;

const TIMES = new Set(["FireAt", "ScheduledStartTime", "LastUpdatedTime", "CreatedTime", "CompletedTime"]);
const START = "2026-06-24T13:59:00.1234567Z";
const PARTITIONS = 4;

export type ForeignHubOptions = {
  hubName: string;
  /** 1.x hosts write Base64 into queues, and leave out columns that newer ones fill with the text `null`. */
  generation?: 1 | 2;
};

export class ForeignHub {
  readonly #account: StorageAccount;
  readonly #options: Required<ForeignHubOptions>;
  #sequenceNumber = 0;

  constructor(account: StorageAccount, options: ForeignHubOptions) {
    this.#account = account;
    this.#options = { generation: 2, ...options };
  }

  /** @param lease - Who owns the partitions, and until when. */
  async create(lease: { owner: string; expiresAt: string } | null = null): Promise<void> {
    const { hubName } = this.#options;
    const queues = [
      ...Array.from({ length: PARTITIONS }, (_, index) => this.#controlQueue(index)),
      this.#name("workitems"),
    ];
    for (const name of queues) await this.#account.queue(name).createIfNotExists();
    for (const table of ["History", "Instances", "Partitions"]) {
      await this.#account.table(`${hubName}${table}`).createIfNotExists();
    }
    for (const rowKey of queues.slice(0, PARTITIONS)) {
      const times = Object.fromEntries(
        ["OwnedSince", "LastRenewal"].map((name) => [name, { type: "DateTime", value: START } as const]),
      );
      const owned = lease && {
        CurrentOwner: lease.owner,
        ...times,
        ExpiresAt: { type: "DateTime", value: lease.expiresAt } as const,
      };
      await this.#account.table(`${hubName}Partitions`).insert({
        partitionKey: "",
        rowKey,
        columns: { IsDraining: false, ...owned },
      });
    }
    const container = this.#account.container(this.#name("applease"));
    await container.createIfNotExists();
    await container.upload(this.#name("appleaseinfo"), Buffer.from("{}"));
  }

  /** @param isComplete - Whether the host reached the end of its last checkpoint. */
  async history(
    instanceId: string,
    executionId: string,
    events: readonly ForeignEvent[],
    { isComplete = true, firstRow = 0 } = {},
  ): Promise<void> {
    const table = this.#account.table(`${this.#options.hubName}History`);
    for (const [index, event] of events.entries()) {
      const rowKey = (firstRow + index).toString(16).toUpperCase().padStart(16, "0");
      const columns = { ExecutionId: executionId, ...this.#toColumns(event) };
      await table.insert({ partitionKey: instanceId, rowKey, columns });
    }
    const completed: Record<string, ColumnValue> = isComplete
      ? { CheckpointCompletedTimestamp: { type: "DateTime", value: START } }
      : {};
    const columns = { ExecutionId: executionId, IsCheckpointComplete: isComplete, ...completed };
    await table.upsert({ partitionKey: instanceId, rowKey: "sentinel", columns }, "Replace");
  }

  async instance(instanceId: string, executionId: string, columns: Record<string, string | number>): Promise<void> {
    const { hubName, generation } = this.#options;
    const typed = Object.entries({ LastUpdatedTime: START, CreatedTime: START, Version: "", ...columns }).map(
      ([name, value]) => [name, TIMES.has(name) ? { type: "DateTime", value: String(value) } : value],
    );
    const newer: Record<string, ColumnValue> =
      generation === 2 ? { TaskHubName: hubName, Generation: 0, Tags: "null", CustomStatus: "null" } : {};
    await this.#account.table(`${hubName}Instances`).insert({
      partitionKey: instanceId,
      rowKey: "",
      columns: { ExecutionId: executionId, ...newer, ...(Object.fromEntries(typed) as Record<string, ColumnValue>) },
    });
  }

  /** @param sender - The instance that sends it; a client if it is absent. */
  async send(
    target: { InstanceId: string; ExecutionId: string | null },
    event: ForeignEvent,
    { sender, delaySeconds = 0 }: { sender?: { InstanceId: string; ExecutionId: string }; delaySeconds?: number } = {},
  ): Promise<void> {
    this.#sequenceNumber += 1;
    const kind = EVENT_KINDS[event.EventType];
    const instance = { $type: "DurableTask.Core.OrchestrationInstance", ...target };
    const text = JSON.stringify({
      $type: "DurableTask.AzureStorage.MessageData",
      ActivityId: randomUUID(),
      TaskMessage: {
        $type: "DurableTask.Core.TaskMessage",
        Event: toMessageEvent(event),
        SequenceNumber: 0,
        OrchestrationInstance: instance,
        OrchestrationExecutionContext: null,
      },
      CompressedBlobName: null,
      SequenceNumber: this.#sequenceNumber,
      ...(sender === undefined ? {} : { Episode: 1 }),
      Sender: sender ?? { InstanceId: "", ExecutionId: "" },
      SerializableTraceContext: null,
    });
    const body = this.#options.generation === 1 ? Buffer.from(text).toString("base64") : text;
    const index = fnv1a(target.InstanceId) % PARTITIONS;
    const queueName = kind?.queue === "workitems" ? this.#name("workitems") : this.#controlQueue(index);
    await this.#account.queue(queueName).send(body, { visibilityTimeoutS: delaySeconds });
  }

  /** Moves a large text into a blob. @returns The name of the blob. */
  async blob(name: string, content: string): Promise<string> {
    const container = this.#account.container(this.#name("largemessages"));
    await container.createIfNotExists();
    await container.upload(name, gzipSync(content));
    return name;
  }

  #toColumns(event: ForeignEvent): Record<string, ColumnValue> {
    const { EventType, EventId = -1, IsPlayed = false, at = START, ...members } = event;
    const kind = EVENT_KINDS[EventType];
    const columns: Record<string, ColumnValue> = {
      EventType,
      EventId,
      IsPlayed: kind?.role === "inbound" ? true : IsPlayed,
      _Timestamp: { type: "DateTime", value: at },
    };
    for (const [name, type] of Object.entries(kind === undefined ? {} : membersOf(kind))) {
      const value = members[name] ?? null;
      if (type === "json") {
        if (value !== null || this.#options.generation === 2) columns[name] = JSON.stringify(value);
      } else if (type === "DateTime" && value !== null) columns[name] = { type, value: String(value) };
      else if (value !== null) columns[name] = value as string | number | boolean;
    }
    for (const [name, value] of Object.entries(members)) {
      if (name.endsWith("BlobName")) columns[name] = String(value);
    }
    return columns;
  }

  #name(what: string): string {
    return `${this.#options.hubName.toLowerCase()}-${what}`;
  }

  #controlQueue(index: number): string {
    return this.#name(`control-0${index}`);
  }
}

function toMessageEvent({ EventType, EventId = -1, at = START, ...members }: ForeignEvent): object {
  const kind = EVENT_KINDS[EventType];
  const member = (name: string) => [name, members[name] ?? (name === "GenerateNewTrace" ? false : null)];
  return {
    $type: `DurableTask.Core.History.${EventType === "GenericEvent" ? EventType : `${EventType}Event`}`,
    ...Object.fromEntries(Object.keys(kind?.fields ?? {}).map(member)),
    EventType: kind?.number,
    ...Object.fromEntries(Object.keys(kind?.properties ?? {}).map(member)),
    EventId,
    IsPlayed: false,
    Timestamp: at,
  };
}

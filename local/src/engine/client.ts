// What a client of the task hub can do; `management/` serves it over HTTP. Implemented on storage alone, like any
// client of a hub: no call needs the worker.

import type { HistoryEvent, OrchestrationStatusName, Tags, TraceContext } from "./history/events.ts";
import type { EntityId } from "./messages/entity-id.ts";

export type StartRequest = {
  name: string;
  /** Default: a new GUID without dashes. */
  instanceId?: string;
  /** JSON text, stored verbatim; null for none. */
  input: string | null;
  /** Default: `defaultVersion`. */
  version?: string | null;
  tags?: Tags | null;
  /** The caller's span. */
  traceContext?: TraceContext | null;
};

/** The instance row as stored; payloads are the stored text (JSON or plain), fetched from blobs if large. */
export type InstanceStatus = {
  instanceId: string;
  executionId: string;
  name: string;
  version: string | null;
  runtimeStatus: OrchestrationStatusName;
  input: string | null;
  output: string | null;
  customStatus: string | null;
  createdTime: string;
  lastUpdatedTime: string;
  tags: Tags | null;
};

export type InstanceFilter = {
  instanceIdPrefix?: string;
  createdTimeFrom?: string;
  createdTimeTo?: string;
  /** Empty or absent: any status. */
  runtimeStatus?: readonly OrchestrationStatusName[];
};

export type InstancePage = { instances: InstanceStatus[]; continuationToken: string | null };

/** The operations on one task hub. All of them only access storage, and reject with its errors. */
export interface TaskHubClient {
  readonly hubName: string;
  /** @throws OrchestrationAlreadyExistsError if the id is in use and may not be overridden. */
  start(request: StartRequest): Promise<{ instanceId: string; executionId: string }>;
  getStatus(instanceId: string, options?: { withInput?: boolean }): Promise<InstanceStatus | null>;
  getHistory(instanceId: string, executionId: string): Promise<HistoryEvent[]>;
  list(
    filter: InstanceFilter,
    page: { top: number; continuationToken?: string; withInput?: boolean },
  ): Promise<InstancePage>;
  /** Only sends the event; the caller must have checked the status. `input` is JSON text. */
  raiseEvent(instanceId: string, eventName: string, input: string | null, trace?: TraceContext | null): Promise<void>;
  terminate(instanceId: string, reason: string | null): Promise<void>;
  suspend(instanceId: string, reason: string | null): Promise<void>;
  resume(instanceId: string, reason: string | null): Promise<void>;
  /** Sends an operation whose result no one waits for; `input` is JSON text. */
  signalEntity(entity: EntityId, operation: string, input: string | null, trace?: TraceContext | null): Promise<void>;
  /** Releases an entity's lock held by `holder`, an instance that ended without releasing it. */
  releaseLock(entityInstanceId: string, holder: string): Promise<void>;
  /** Makes a failed instance, and its failed children, repeat what failed. The caller must have checked the status. */
  rewind(instanceId: string, reason: string | null): Promise<void>;
  /** Deletes row, history and blobs whatever the status; returns false if there is no such instance. */
  purge(instanceId: string): Promise<boolean>;
  /** Purges only terminal instances. @returns The number of purged instances. */
  purgeMany(filter: InstanceFilter): Promise<number>;
  /** Takes the hub from the app that has its lease. @returns false if this app uses no app lease. */
  makePrimary(): Promise<boolean>;
}

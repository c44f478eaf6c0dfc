// What a client of the task hub can do; `management/` serves it over HTTP. Implemented by the engine on storage alone, as any
// client of a hub does: no call needs the worker.

import type { HistoryEvent, OrchestrationStatusName, Tags, TraceContext } from "./history/events.ts";
import type { EntityId } from "./messages/entity-id.ts";

export type StartRequest = {
  name: string;
  /** A GUID without dashes is made where absent. */
  instanceId?: string;
  /** JSON text, stored verbatim; null for none. */
  input: string | null;
  /** Absent: `defaultVersion`. */
  version?: string | null;
  tags?: Tags | null;
  /** The caller's span. */
  traceContext?: TraceContext | null;
};

/** The instance row as stored; payloads are the stored text (JSON or plain), fetched from blobs where large. */
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
  /** Empty or absent: any. */
  runtimeStatus?: readonly OrchestrationStatusName[];
};

export type InstancePage = { instances: InstanceStatus[]; continuationToken: string | null };

export interface TaskHubClient {
  readonly hubName: string;
  /** @throws OrchestrationAlreadyExistsError when the id is in use and may not be overridden. */
  start(request: StartRequest): Promise<{ instanceId: string; executionId: string }>;
  getStatus(instanceId: string, options?: { withInput?: boolean }): Promise<InstanceStatus | null>;
  getHistory(instanceId: string, executionId: string): Promise<HistoryEvent[]>;
  list(
    filter: InstanceFilter,
    page: { top: number; continuationToken?: string; withInput?: boolean },
  ): Promise<InstancePage>;
  /** Sends only; the caller has looked at the status. `input` is JSON text. */
  raiseEvent(instanceId: string, eventName: string, input: string | null, trace?: TraceContext | null): Promise<void>;
  terminate(instanceId: string, reason: string | null): Promise<void>;
  suspend(instanceId: string, reason: string | null): Promise<void>;
  resume(instanceId: string, reason: string | null): Promise<void>;
  /** Sends an operation that nobody waits for; `input` is JSON text. */
  signalEntity(entity: EntityId, operation: string, input: string | null, trace?: TraceContext | null): Promise<void>;
  /** Takes an entity's lock from `holder`, an instance that has ended without giving it back. */
  releaseLock(entityInstanceId: string, holder: string): Promise<void>;
  /** Has a failed instance, and its children that failed, do again what failed. The caller has looked at the status. */
  rewind(instanceId: string, reason: string | null): Promise<void>;
  /** Deletes row, history and blobs whatever the status; false where there is no such instance. */
  purge(instanceId: string): Promise<boolean>;
  /** Purges terminal instances only. @returns how many. */
  purgeMany(filter: InstanceFilter): Promise<number>;
  /** Takes the hub from the app that has its lease. @returns false where this app uses no app lease. */
  makePrimary(): Promise<boolean>;
}

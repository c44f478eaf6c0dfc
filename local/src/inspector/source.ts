import type { HubDescription, HubQueue } from "../engine/describe-hub.ts";
import type { EventLog } from "../events/event-log.ts";
import type { WebhookHandler } from "../shared/http-message.ts";
import type { TraceFiles } from "../telemetry/trace-files.ts";
import type { Home, InspectedFunction, InspectedHost, RunDetail, RunSummary, SourceLines } from "./api.ts";

/** What is inspected. Instances and entities are read only through the management API, here as in Azure. */
export type InspectedSource = {
  /** Answers `/runtime/webhooks/durabletask/…`, adding keys if required. */
  management: WebhookHandler;
  describe(): Promise<HostDescription>;
  /** Absent if the storage cannot be reached, as for a deployed app. */
  hub?: () => Promise<HubDescription & { storage: string; poison: HubQueue[] }>;
  /** Absent if only the state of entities is available. */
  entity?: (name: string, key: string) => Promise<EntityInternals | null>;
  /**
   * Finds where the app's code scheduled what an instance did; absent if there is no code to replay. Null: no such
   * instance.
   */
  sources?: (instanceId: string) => Promise<SourceLines | null>;
  /** The host's events; absent if there is no source of events. */
  events?: Pick<EventLog, "read">;
  /** Absent if no spans are stored. */
  traces?: Pick<TraceFiles, "list" | "find">;
  /** Absent if no runs are recorded. */
  runs?: RunsSource;
};

export type HostDescription = Pick<
  Home,
  "kind" | "where" | "hubName" | "storage" | "version" | "nodeVersion" | "state"
> & { functions: readonly InspectedFunction[]; hosts: readonly InspectedHost[] };

export type EntityInternals = {
  lockedBy: string | null;
  pending: { operation: string; from: string | null; isSignal: boolean }[];
};

/** The records of notebook runs. */
export interface RunsSource {
  /** Newest first. */
  list(): Promise<RunSummary[]>;
  find(id: string): Promise<RunDetail | null>;
  /** @param path - A path listed in {@link RunDetail}; anything else returns null. */
  readFile(id: string, path: string): Promise<Buffer | null>;
  /** Continues the run in a separate process. @throws OperationError if it cannot be started. */
  resume(id: string): Promise<void>;
}

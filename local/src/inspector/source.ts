import type { HubDescription, HubQueue } from "../engine/describe-hub.ts";
import type { EventLog } from "../events/event-log.ts";
import type { WebhookHandler } from "../shared/http-message.ts";
import type { TraceFiles } from "../telemetry/trace-files.ts";
import type { Home, InspectedFunction, InspectedHost, RunDetail, RunSummary, SourceLines } from "./api.ts";

/** What is inspected. Instances and entities are seen through the management API alone, here as in Azure. */
export type InspectedSource = {
  /** Answers `/runtime/webhooks/durabletask/…`, keys and all. */
  management: WebhookHandler;
  describe(): Promise<HostDescription>;
  /** Absent where the storage cannot be reached, as with a deployed app. */
  hub?: () => Promise<HubDescription & { storage: string; poison: HubQueue[] }>;
  /** Absent where entities are seen by their state alone. */
  entity?: (name: string, key: string) => Promise<EntityInternals | null>;
  /** Where the code of the app asked for what an instance did; absent where there is no code to ask. Null: no such instance. */
  sources?: (instanceId: string) => Promise<SourceLines | null>;
  /** What happens on the host; absent where nothing tells. */
  events?: Pick<EventLog, "read">;
  /** Absent where no spans are kept. */
  traces?: Pick<TraceFiles, "list" | "find">;
  /** Absent where no runs are recorded. */
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

/** The records of runs of notebooks. */
export interface RunsSource {
  /** The newest first. */
  list(): Promise<RunSummary[]>;
  find(id: string): Promise<RunDetail | null>;
  /** @param path - As {@link RunDetail} names it; anything else gives null. */
  readFile(id: string, path: string): Promise<Buffer | null>;
  /** Continues it in a process of its own. @throws OperationError where that cannot be started. */
  resume(id: string): Promise<void>;
}

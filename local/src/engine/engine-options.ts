import type { Clock, Logger } from "@same-kit/shared";
import type { StorageAccount } from "../storage/storage-account.ts";
import type { Tracer } from "../telemetry/index.ts";
import type { TaskHubClient } from "./client.ts";
import type { HostileDelivery } from "./delivery/hostile-delivery.ts";
import type { OnInstanceEnded } from "./orchestrations/checkpoint-tail.ts";
import type { FunctionInvoker } from "./ports.ts";
import type { DurableTaskSettings } from "./settings.ts";

export type EngineOptions = {
  storage: StorageAccount;
  settings: DurableTaskSettings;
  invoker: FunctionInvoker;
  /** Partitions are owned under it; default: one that is this process's own. */
  workerId?: string;
  /**
   * Runs once the hub is there, before any message of it is taken: what must not be continued can be suspended, and the functions
   * may still be loading until it resolves.
   */
  beforeWork?: (client: TaskHubClient) => Promise<void>;
  onInstanceEnded?: OnInstanceEnded;
  /** Removes what belongs to an instance and is not in the hub. An error fails the purge, which can be repeated. */
  onPurge?: ((instanceId: string) => Promise<void>) | undefined;
  /** Deliveries are as bad as a queue may make them, and each message gets an episode of its own. */
  hostile?: HostileDelivery | undefined;
  /** Takes the spans of orchestrations, activities and entities, and has messages carry their contexts; absent: neither. */
  tracer?: Tracer | undefined;
  clock: Clock;
  log: Logger;
};

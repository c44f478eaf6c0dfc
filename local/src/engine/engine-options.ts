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
  /** The id under which partitions are owned. Default: a new id of this process. */
  workerId?: string;
  /**
   * Runs once the hub exists, before any of its messages is received: instances that must not continue can be
   * suspended, and the functions may still be loading until it resolves. If it fails, the partitions are released and
   * the start fails.
   */
  beforeWork?: (client: TaskHubClient) => Promise<void>;
  /**
   * Asked when `beforeWork` has ended. If it returns a promise, the functions have not loaded: the hub is left to other
   * hosts until the promise resolves. Otherwise messages for functions that exist would fail as if they did not.
   */
  untilLoaded?: () => Promise<void> | null;
  onInstanceEnded?: OnInstanceEnded;
  /** Deletes what belongs to an instance outside the hub. An error fails the purge, which can be repeated. */
  onPurge?: ((instanceId: string) => Promise<void>) | undefined;
  /** Delivers messages as unfavorably as a queue may, and gives each message its own episode. */
  hostile?: HostileDelivery | undefined;
  /**
   * Receives the spans of orchestrations, activities and entities, and adds their contexts to messages; absent: tracing
   * is off.
   */
  tracer?: Tracer | undefined;
  clock: Clock;
  log: Logger;
};

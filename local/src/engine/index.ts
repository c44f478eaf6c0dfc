// The Durable Task engine: reads and runs one task hub.

import type { Clock, Logger } from "@same-kit/shared";
import type { StorageAccount } from "../storage/storage-account.ts";
import { assemble } from "./assemble.ts";
import type { TaskHubClient } from "./client.ts";
import { startPartitionManager } from "./leases/partition-manager.ts";
import { newWorkerId } from "./leases/worker-id.ts";
import type { OnInstanceEnded } from "./orchestrations/checkpoint-tail.ts";
import type { FunctionInvoker } from "./ports.ts";
import type { DurableTaskSettings } from "./settings.ts";
import { openTaskHub } from "./taskhub/task-hub.ts";

export { FUNCTION_LOG_CATEGORY } from "./function-log.ts";
export { resolveDurableTaskSettings } from "./resolve-settings.ts";

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
  clock: Clock;
  log: Logger;
};

export type Engine = {
  client: TaskHubClient;
  hubName: string;
  /** Lets episodes end, gives everything else back, releases the partitions. */
  stop(): Promise<void>;
};

/** Opens the hub, made where it is missing, claims its share of the partitions and begins to work. */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { storage, settings, clock, log } = options;
  const { hubName, partitionCount } = settings;
  const hub = await openTaskHub({ storage, hubName, partitionCount });
  const { client, delivery, activities, orchestrations } = assemble(hub, options);
  await options.beforeWork?.(client);
  delivery.start();
  activities.start(hub.workItemQueue.name);
  const workerId = options.workerId ?? newWorkerId();
  const partitions = startPartitionManager({
    hub,
    workerId,
    reader: orchestrations,
    clock,
    log: log.child("engine.leases"),
  });
  return {
    client,
    hubName,
    async stop() {
      await activities.stop();
      await partitions.stop();
      await delivery.stop();
    },
  };
}

// The Durable Task engine: reads and runs one task hub.

import { assemble } from "./assemble.ts";
import type { TaskHubClient } from "./client.ts";
import type { EngineOptions } from "./engine-options.ts";
import { keepEntitiesClean } from "./entities/clean-entities.ts";
import { startPartitionManager } from "./leases/partition-manager.ts";
import { newWorkerId } from "./leases/worker-id.ts";
import { openTaskHub } from "./taskhub/task-hub.ts";

export { FUNCTION_LOG_CATEGORY } from "./function-log.ts";
export { resolveDurableTaskSettings } from "./resolve-settings.ts";

export type Engine = {
  client: TaskHubClient;
  hubName: string;
  /** Nothing is worked on here; what is left waits for its time, or for others. */
  isIdle(): boolean;
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
  const stopping = new AbortController();
  const keptMs = settings.entityMessageReorderWindowInMinutes * 60_000;
  const cleaning = keepEntitiesClean({ client, clock, log: log.child("engine.entities"), keptMs }, stopping.signal);
  return {
    client,
    hubName,
    isIdle: () => delivery.isIdle,
    async stop() {
      stopping.abort();
      await cleaning;
      await activities.stop();
      await partitions.stop();
      await delivery.stop();
    },
  };
}

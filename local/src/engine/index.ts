// The Durable Task engine: reads and runs one task hub.

import { assemble, type EngineParts } from "./assemble.ts";
import type { TaskHubClient } from "./client.ts";
import type { EngineOptions } from "./engine-options.ts";
import { keepEntitiesClean } from "./entities/clean-entities.ts";
import type { AppWork } from "./leases/app-lease.ts";
import { type PartitionManager, startPartitionManager } from "./leases/partition-manager.ts";
import { PausableWork } from "./leases/pausable-work.ts";
import { newWorkerId } from "./leases/worker-id.ts";
import { type OpenTaskHub, openTaskHub, type TaskHub } from "./taskhub/task-hub.ts";

export { FUNCTION_LOG_CATEGORY } from "./function-log.ts";
export { resolveDurableTaskSettings } from "./resolve-settings.ts";

export type Engine = {
  client: TaskHubClient;
  hubName: string;
  /** Nothing is being processed here; the remaining work waits for its time, or for other hosts. */
  isIdle(): boolean;
  /** Lets running episodes end, returns everything else, and releases the partitions. */
  stop(): Promise<void>;
};

/** Opens the hub, creating it if necessary, claims its share of the partitions and starts to work. */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { storage, settings, clock, log } = options;
  const { hubName, partitionCount } = settings;
  const hub = await openTaskHub({ storage, hubName, partitionCount });
  const parts = assemble(hub, options);
  const stopWork = await startWork(parts, hub, options);
  const { client, delivery } = parts;
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
      await stopWork();
    },
  };
}

/**
 * Claims partitions while the functions load, and receives messages once `beforeWork` has ended and the functions have
 * loaded.
 *
 * @returns a function that ends the work and releases the partitions.
 */
async function startWork(parts: EngineParts, hub: OpenTaskHub, options: EngineOptions): Promise<() => Promise<void>> {
  const { client, delivery, appLease } = parts;
  const reading = Promise.withResolvers<void>();
  const work = new PausableWork(workOf(parts, hub, options, reading.promise));
  const leased = appLease.start(work, hub.appLeaseText);
  let isStopped = false;
  const begin = () => {
    if (isStopped) return;
    delivery.start();
    reading.resolve();
    work.resume();
  };
  const stop = async () => {
    isStopped = true;
    await leased;
    await appLease.stop();
    await delivery.stop();
  };
  try {
    await options.beforeWork?.(client);
  } catch (error) {
    await stop();
    throw error;
  }
  const loaded = options.untilLoaded?.() ?? null;
  if (loaded === null) begin();
  await leased;
  if (loaded !== null) {
    await work.pause();
    void loaded.then(begin);
  }
  return stop;
}

/**
 * The work of the app that has the hub: activities, and the orchestrations and entities of its share of the partitions.
 */
function workOf(
  { activities, orchestrations }: EngineParts,
  hub: TaskHub,
  { clock, log, ...options }: EngineOptions,
  reading: Promise<void>,
): AppWork {
  const workerId = options.workerId ?? newWorkerId();
  let partitions: PartitionManager | null = null;
  return {
    start() {
      activities.start(hub.workItemQueue.name);
      const deps = { hub, workerId, reader: orchestrations, reading, clock };
      partitions = startPartitionManager({ ...deps, log: log.child("engine.leases") });
    },
    async stop() {
      await activities.stop();
      await partitions?.stop();
    },
  };
}

import { ignoring } from "../storage/storage-errors.ts";
import type { StorageQueue } from "../storage/storage-queue.ts";
import { readPartitions } from "./leases/partition-table.ts";
import { attachTaskHub, type TaskHubOptions } from "./taskhub/task-hub.ts";

export type HubQueue = {
  name: string;
  /** Null: the queue does not exist. */
  messages: number | null;
  oldestAt: string | null;
};

type HubPartition = HubQueue & {
  /** The host that reads it; null: none. */
  owner: string | null;
  nextOwner: string | null;
  leaseExpiresAt: string | null;
};

export type HubDescription = { hubName: string; partitions: HubPartition[]; workItems: HubQueue };

/** Describes a hub's queues and their owners; only reads. */
export async function describeHub(options: TaskHubOptions): Promise<HubDescription> {
  const hub = attachTaskHub(options);
  const [rows, workItems, ...queues] = await Promise.all([
    ignoring([404], readPartitions(hub)),
    describeQueue(hub.workItemQueue),
    ...hub.controlQueues.map(describeQueue),
  ]);
  const partitions = queues.map((queue) => {
    const row = rows?.find(({ queueName }) => queueName === queue.name);
    const { currentOwner: owner = null, nextOwner = null, expiresAt: leaseExpiresAt = null } = row ?? {};
    return { ...queue, owner, nextOwner, leaseExpiresAt };
  });
  return { hubName: hub.hubName, partitions, workItems };
}

/** Depth and oldest message of a queue; null for both if it does not exist. */
export async function describeQueue(queue: StorageQueue): Promise<HubQueue> {
  const status = await ignoring([404], queue.status());
  return {
    name: queue.name,
    messages: status?.messageCount ?? null,
    oldestAt: status?.oldestAt?.toISOString() ?? null,
  };
}

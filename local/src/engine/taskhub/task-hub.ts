import type { BlobContainer } from "../../storage/blob-container.ts";
import type { StorageAccount } from "../../storage/storage-account.ts";
import { ignoring } from "../../storage/storage-errors.ts";
import type { StorageQueue } from "../../storage/storage-queue.ts";
import type { StorageTable } from "../../storage/storage-table.ts";
import {
  appLeaseBlobName,
  appLeaseContainerName,
  blobLeasesContainerName,
  controlQueueName,
  historyTableName,
  instancesTableName,
  largeMessagesContainerName,
  partitionOf,
  partitionsTableName,
  workItemQueueName,
} from "./names.ts";

/** The resources of one task hub, created by {@link openTaskHub}. */
export type TaskHub = {
  hubName: string;
  partitionCount: number;
  blobEndpoint: string;
  controlQueues: readonly StorageQueue[];
  workItemQueue: StorageQueue;
  history: StorageTable;
  instances: StorageTable;
  partitions: StorageTable;
  /** The container whose lease determines which app works on the hub, and the blob in it that names the app. */
  appLease: { container: BlobContainer; blobName: string };
  /** Leases of hosts of Durable Functions 2.x; only they create this container. */
  blobLeases: BlobContainer;
  /** Created on first use, as in the extension. */
  largeMessages: BlobContainer;
  /** Any queue of the account. */
  queue(name: string): StorageQueue;
  /** Index of the control queue that holds an instance's messages. */
  partitionOf(instanceId: string): number;
};

export type TaskHubOptions = { storage: StorageAccount; hubName: string; partitionCount: number };

const CREATED_BEFORE = [409];

/** Opens a hub and creates its missing parts; safe if others do the same. */
export async function openTaskHub(options: TaskHubOptions): Promise<TaskHub> {
  const hub = attachTaskHub(options);
  await Promise.all([
    ...[...hub.controlQueues, hub.workItemQueue].map((queue) => queue.createIfNotExists()),
    hub.history.createIfNotExists(),
    hub.instances.createIfNotExists(),
    createPartitionRows(hub),
    createAppLease(hub),
  ]);
  return hub;
}

/** The hub, whether or not it exists: sends no request. */
export function attachTaskHub({ storage, hubName, partitionCount }: TaskHubOptions): TaskHub {
  const partitions = Array.from({ length: partitionCount }, (_, index) => index);
  return {
    hubName,
    partitionCount,
    blobEndpoint: storage.blobEndpoint,
    controlQueues: partitions.map((index) => storage.queue(controlQueueName(hubName, index))),
    workItemQueue: storage.queue(workItemQueueName(hubName)),
    history: storage.table(historyTableName(hubName)),
    instances: storage.table(instancesTableName(hubName)),
    partitions: storage.table(partitionsTableName(hubName)),
    appLease: {
      container: storage.container(appLeaseContainerName(hubName)),
      blobName: appLeaseBlobName(hubName),
    },
    blobLeases: storage.container(blobLeasesContainerName(hubName)),
    largeMessages: storage.container(largeMessagesContainerName(hubName)),
    queue: (name) => storage.queue(name),
    partitionOf: (instanceId) => partitionOf(instanceId, partitionCount),
  };
}

async function createPartitionRows(hub: TaskHub): Promise<void> {
  await hub.partitions.createIfNotExists();
  // A hub that was opened before has them: one request instead of one per row.
  const there = new Set<string>();
  for await (const { rowKey } of hub.partitions.query()) there.add(rowKey);
  const missing = hub.controlQueues.filter(({ name }) => !there.has(name));
  await Promise.all(
    missing.map(({ name }) =>
      ignoring(
        CREATED_BEFORE,
        hub.partitions.insert({ partitionKey: "", rowKey: name, columns: { IsDraining: false } }),
      ),
    ),
  );
}

/** A real host expects the container and the blob, even if the app lease is off. */
async function createAppLease({ appLease: { container, blobName } }: TaskHub): Promise<void> {
  await container.createIfNotExists();
  const content = Buffer.from("{}");
  await ignoring(CREATED_BEFORE, container.upload(blobName, content, { onlyIfNew: true }));
}

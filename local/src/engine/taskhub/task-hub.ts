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
  queuePrefix,
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

/** A hub whose parts all exist. */
export type OpenTaskHub = TaskHub & {
  /** The content of the app lease's blob when the hub was opened. */
  appLeaseText: string;
};

const MISSING = [404];
const CREATED_BEFORE = [409];
/** The response to a shared access signature without the right to list; it may still have the right to create. */
const MAY_NOT_LIST = [403];

/**
 * Opens a hub and creates its missing parts; safe if others do the same. Nearly every hub exists completely, so four
 * concurrent requests first find out what is missing.
 */
export async function openTaskHub(options: TaskHubOptions): Promise<OpenTaskHub> {
  const { storage, hubName } = options;
  const hub = attachTaskHub(options);
  const [appLeaseText] = await Promise.all([
    openAppLease(hub),
    createMissing([...hub.controlQueues, hub.workItemQueue], storage.listQueues(queuePrefix(hubName))),
    createMissing([hub.history, hub.instances], storage.listTables(hubName)),
    openPartitionRows(hub),
  ]);
  return { ...hub, appLeaseText };
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

async function createMissing(
  wanted: readonly (StorageQueue | StorageTable)[],
  listing: Promise<string[]>,
): Promise<void> {
  const there = new Set(await ignoring(MAY_NOT_LIST, listing));
  await Promise.all(wanted.filter(({ name }) => !there.has(name)).map((it) => it.createIfNotExists()));
}

async function openPartitionRows(hub: TaskHub): Promise<void> {
  const keys = await ignoring(
    MISSING,
    Array.fromAsync(hub.partitions.query(), ({ rowKey }) => rowKey),
  );
  if (keys === undefined) await hub.partitions.createIfNotExists();
  const there = new Set(keys);
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
async function openAppLease({ appLease: { container, blobName } }: TaskHub): Promise<string> {
  const read = async () => (await container.download(blobName)).toString("utf8");
  const found = await ignoring(MISSING, read());
  if (found !== undefined) return found;
  await container.createIfNotExists();
  await ignoring(CREATED_BEFORE, container.upload(blobName, Buffer.from("{}"), { onlyIfNew: true }));
  // Another host may have created it first, and written its owner.
  return read();
}

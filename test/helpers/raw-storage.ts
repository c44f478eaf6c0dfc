// The storage as seen by another program: through the official SDK, bypassing the code under test.

import { TableClient } from "@azure/data-tables";
import { BlobServiceClient, type ContainerClient } from "@azure/storage-blob";
import { type QueueClient, QueueServiceClient } from "@azure/storage-queue";

type Account = { connectionString: string };

export const rawQueue = ({ connectionString }: Account, name: string): QueueClient =>
  QueueServiceClient.fromConnectionString(connectionString).getQueueClient(name);

export const rawTable = ({ connectionString }: Account, name: string): TableClient =>
  TableClient.fromConnectionString(connectionString, name, { allowInsecureConnection: true });

export const rawContainer = ({ connectionString }: Account, name: string): ContainerClient =>
  BlobServiceClient.fromConnectionString(connectionString).getContainerClient(name);

/** The number of messages in a queue, including hidden ones. */
export async function messageCount(account: Account, queueName: string): Promise<number> {
  return (await rawQueue(account, queueName).getProperties()).approximateMessagesCount ?? 0;
}

/** Whether all queues of a hub are empty. */
export async function areQueuesEmpty(account: Account, hubName: string, partitionCount = 4): Promise<boolean> {
  const hub = hubName.toLowerCase();
  const control = Array.from({ length: partitionCount }, (_, index) => `${hub}-control-0${index}`);
  const counts = await Promise.all([...control, `${hub}-workitems`].map((name) => messageCount(account, name)));
  return counts.every((count) => count === 0);
}

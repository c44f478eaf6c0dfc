import type { ContainerClient } from "@azure/storage-blob";
import { DEVELOPMENT_PORTS, developmentConnection, PUBLIC_DEVELOPMENT_KEY } from "../../shared/development-account.ts";
import type { StorageAccount } from "../storage-account.ts";
import { ignoring } from "../storage-errors.ts";
import { pipelineUnder, tablePolicyUnder } from "./abandoned-requests.ts";
import { AzureContainer } from "./azure-container.ts";
import { AzureQueue } from "./azure-queue.ts";
import { AzureTable } from "./azure-table.ts";
import { escapeJson } from "./escape-json.ts";
import { asked } from "./refusals.ts";
import { azureSdk } from "./sdk.ts";

/** An account that is reached over the network. */
export type AzureStorageAccount = StorageAccount & {
  connectionString: string;
  /** Removes these, in the order of the lists; what is not there is left out. A lease is no hindrance. */
  remove(names: Record<"queues" | "containers" | "tables", readonly string[]>): Promise<void>;
};

const DEVELOPMENT_STORAGE = "UseDevelopmentStorage=true";
const PUBLIC_CONNECTION = developmentConnection(DEVELOPMENT_PORTS, PUBLIC_DEVELOPMENT_KEY);

// Fail fast when storage is down: only what passes by itself is retried here.
const RETRY = { maxTries: 3, retryDelayInMs: 200, maxRetryDelayInMs: 2_000, tryTimeoutInMs: 30_000 };
const TABLE_RETRY = { maxRetries: 2, retryDelayInMs: 200, maxRetryDelayInMs: 2_000 };

/** Opens an account by its connection string, `UseDevelopmentStorage=true` included; makes no request. */
export function openStorage(connectionString: string): AzureStorageAccount {
  const { BlobServiceClient, QueueServiceClient, TableClient, TableServiceClient } = azureSdk();
  const text = connectionString.trim() === DEVELOPMENT_STORAGE ? PUBLIC_CONNECTION : connectionString;
  const abandoned = new AbortController();
  const { signal } = abandoned;
  const pipeline = () => pipelineUnder(signal, text, { retryOptions: RETRY });
  // These two only read the endpoints.
  const blobs = new BlobServiceClient(BlobServiceClient.fromConnectionString(text).url, pipeline());
  const queues = new QueueServiceClient(QueueServiceClient.fromConnectionString(text).url, pipeline());
  const tableOptions = {
    allowInsecureConnection: true,
    retryOptions: TABLE_RETRY,
    additionalPolicies: [tablePolicyUnder(signal), escapeJson],
  };
  const tables = TableServiceClient.fromConnectionString(text, tableOptions);
  return {
    connectionString: text,
    blobEndpoint: blobs.url.replace(/\/+$/, ""),
    queue: (name) => new AzureQueue(queues.getQueueClient(name)),
    table: (name) => new AzureTable(TableClient.fromConnectionString(text, name, tableOptions)),
    container: (name) => new AzureContainer(blobs.getContainerClient(name)),
    async ping() {
      const firstOf = async (pages: AsyncIterable<unknown>) => {
        for await (const _ of pages) return;
      };
      await Promise.all([firstOf(blobs.listContainers()), firstOf(queues.listQueues()), firstOf(tables.listTables())]);
    },
    async remove(names) {
      for (const name of names.queues) await queues.getQueueClient(name).deleteIfExists();
      for (const name of names.containers) await removeContainer(blobs.getContainerClient(name));
      for (const name of names.tables) await ignoring(NOT_FOUND, asked(tables.deleteTable(name)));
    },
    abandon: () => abandoned.abort(),
    get isAbandoned() {
      return signal.aborted;
    },
  };
}

const NOT_FOUND = [404];
/** There is no lease to break. */
const NOT_LEASED = [404, 409];

async function removeContainer(container: ContainerClient): Promise<void> {
  await ignoring(NOT_LEASED, asked(container.getBlobLeaseClient().breakLease(0)));
  await container.deleteIfExists();
}

import { TableClient, TableServiceClient } from "@azure/data-tables";
import { BlobServiceClient, type ContainerClient } from "@azure/storage-blob";
import { type QueueClient, QueueServiceClient } from "@azure/storage-queue";
import { pipelineUnder, tablePolicyUnder } from "./abandoned-requests.ts";
import { escapeLineSeparators } from "./escape-line-separators.ts";

/** Typed clients of one storage account; nothing here knows of task hubs. */
export type StorageAccount = {
  connectionString: string;
  /** Such as `http://127.0.0.1:10000/devstoreaccount1`, without a slash at the end. */
  blobEndpoint: string;
  queue(name: string): QueueClient;
  table(name: string): TableClient;
  container(name: string): ContainerClient;
  /** @throws what the SDK throws where one of the three services does not answer. */
  ping(): Promise<void>;
  /** Ends every request under way and fails all later ones at once: the storage is gone for good, and nobody should wait. */
  abandon(): void;
  readonly isAbandoned: boolean;
};

const DEVELOPMENT_ACCOUNT = "UseDevelopmentStorage=true";
// The well-known key of Azurite and the former storage emulator; public by design.
const DEVELOPMENT_CONNECTION =
  "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;QueueEndpoint=http://127.0.0.1:10001/devstoreaccount1;TableEndpoint=http://127.0.0.1:10002/devstoreaccount1;";

// A storage that is down is told soon; what is retried here is only what passes by itself.
const RETRY = { maxTries: 3, retryDelayInMs: 200, maxRetryDelayInMs: 2_000, tryTimeoutInMs: 30_000 };
const TABLE_RETRY = { maxRetries: 2, retryDelayInMs: 200, maxRetryDelayInMs: 2_000 };

/** Opens an account by its connection string, `UseDevelopmentStorage=true` included; makes no request. */
export function openStorage(connectionString: string): StorageAccount {
  const text = connectionString.trim() === DEVELOPMENT_ACCOUNT ? DEVELOPMENT_CONNECTION : connectionString;
  const abandoned = new AbortController();
  const { signal } = abandoned;
  const pipeline = () => pipelineUnder(signal, text, { retryOptions: RETRY });
  // These two only read the endpoints.
  const blobs = new BlobServiceClient(BlobServiceClient.fromConnectionString(text).url, pipeline());
  const queues = new QueueServiceClient(QueueServiceClient.fromConnectionString(text).url, pipeline());
  const tableOptions = {
    allowInsecureConnection: true,
    retryOptions: TABLE_RETRY,
    additionalPolicies: [tablePolicyUnder(signal), escapeLineSeparators],
  };
  const tables = TableServiceClient.fromConnectionString(text, tableOptions);
  return {
    connectionString: text,
    blobEndpoint: blobs.url.replace(/\/+$/, ""),
    queue: (name) => queues.getQueueClient(name),
    table: (name) => TableClient.fromConnectionString(text, name, tableOptions),
    container: (name) => blobs.getContainerClient(name),
    async ping() {
      const firstOf = async (pages: AsyncIterable<unknown>) => {
        for await (const _ of pages) return;
      };
      await Promise.all([firstOf(blobs.listContainers()), firstOf(queues.listQueues()), firstOf(tables.listTables())]);
    },
    abandon: () => abandoned.abort(),
    get isAbandoned() {
      return signal.aborted;
    },
  };
}

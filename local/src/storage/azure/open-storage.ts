import { Agent } from "node:http";
import type { TableClient, TableServiceClient } from "@azure/data-tables";
import type { BlobServiceClient, ContainerClient } from "@azure/storage-blob";
import type { QueueServiceClient } from "@azure/storage-queue";
import { DEVELOPMENT_PORTS, developmentConnection, PUBLIC_DEVELOPMENT_KEY } from "../../shared/development-account.ts";
import type { StorageAccount } from "../storage-account.ts";
import { ignoring } from "../storage-errors.ts";
import type { TableFilter } from "../storage-table.ts";
import { AzureContainer } from "./azure-container.ts";
import { AzureQueue } from "./azure-queue.ts";
import { AzureTable } from "./azure-table.ts";
import { escapeJson } from "./escape-json.ts";
import { toOData } from "./odata-filter.ts";
import { asked } from "./refusals.ts";
import { pipelineUnder, type RequestTerms, tablePolicyUnder } from "./request-terms.ts";
import { azureSdk } from "./sdk.ts";

/** An account that is reached over the network. */
export type AzureStorageAccount = StorageAccount & {
  connectionString: string;
  /** Loads the SDKs and parses the connection string, as the first use would otherwise do. */
  open(): void;
  /**
   * Deletes these resources, in the order of the lists; missing ones are skipped. A lease does not prevent deletion.
   */
  remove(names: Record<"queues" | "containers" | "tables", readonly string[]>): Promise<void>;
};

const DEVELOPMENT_STORAGE = "UseDevelopmentStorage=true";
const PUBLIC_CONNECTION = developmentConnection(DEVELOPMENT_PORTS, PUBLIC_DEVELOPMENT_KEY);

// Fails fast when storage is down: only transient errors are retried here.
const RETRY = { maxTries: 3, retryDelayInMs: 200, maxRetryDelayInMs: 2_000, tryTimeoutInMs: 30_000 };
const TABLE_RETRY = { maxRetries: 2, retryDelayInMs: 200, maxRetryDelayInMs: 2_000 };

/**
 * Opens an account by its connection string, including `UseDevelopmentStorage=true`; sends no request.
 *
 * @throws Error if the connection string is not valid.
 */
export function openStorage(connectionString: string): AzureStorageAccount {
  const account = openStorageLater(connectionString);
  account.open();
  return account;
}

/**
 * Like {@link openStorage}, but loads Azure's SDKs and parses the connection string on first use of the account.
 *
 * @param ownAgent - Opens the connections. Default: the SDKs' own agent, or one without a proxy for an account on this
 *   machine.
 */
export function openStorageLater(connectionString: string, ownAgent?: Agent): AzureStorageAccount {
  const text = connectionString.trim() === DEVELOPMENT_STORAGE ? PUBLIC_CONNECTION : connectionString;
  const agent = ownAgent ?? (isOnThisMachine(text) ? new Agent({ keepAlive: true }) : undefined);
  const abandoned = new AbortController();
  const { signal } = abandoned;
  let opened: Clients | undefined;
  const clients = () => {
    opened ??= openClients(text, { signal, agent });
    return opened;
  };
  return {
    connectionString: text,
    open: () => void clients(),
    get blobEndpoint() {
      return clients().blobs.url.replace(/\/+$/, "");
    },
    queue: (name) => new AzureQueue(clients().queues.getQueueClient(name)),
    table: (name) => new AzureTable(clients().tableNamed(name)),
    container: (name) => new AzureContainer(clients().blobs.getContainerClient(name)),
    listQueues: (prefix) => asked(Array.fromAsync(clients().queues.listQueues({ prefix }), ({ name }) => name)),
    async listTables(prefix) {
      const queryOptions = { filter: toOData(namesWith(prefix)) };
      const names = await asked(
        Array.fromAsync(clients().tables.listTables({ queryOptions }), ({ name }) => name ?? ""),
      );
      return names.filter((name) => name.startsWith(prefix));
    },
    async ping() {
      const { blobs, queues, tables } = clients();
      const firstOf = async (pages: AsyncIterable<unknown>) => {
        for await (const _ of pages) return;
      };
      await Promise.all([firstOf(blobs.listContainers()), firstOf(queues.listQueues()), firstOf(tables.listTables())]);
    },
    async remove(names) {
      const { blobs, queues, tables } = clients();
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

/** The SDKs would use the proxy of the environment, which cannot reach this machine. */
function isOnThisMachine(connectionString: string): boolean {
  const endpoints = [...connectionString.matchAll(/(?:Blob|Queue|Table)Endpoint=([^;]+)/gi)].map(([, url = ""]) => url);
  return endpoints.length > 0 && endpoints.every((url) => /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/]/i.test(url));
}

type Clients = {
  blobs: BlobServiceClient;
  queues: QueueServiceClient;
  tables: TableServiceClient;
  tableNamed(name: string): TableClient;
};

function openClients(text: string, terms: RequestTerms): Clients {
  const { BlobServiceClient, QueueServiceClient, TableClient, TableServiceClient } = azureSdk();
  const pipeline = () => pipelineUnder(terms, text, { retryOptions: RETRY });
  const tableOptions = {
    allowInsecureConnection: true,
    retryOptions: TABLE_RETRY,
    additionalPolicies: [tablePolicyUnder(terms), escapeJson],
  };
  return {
    // These two are only used to parse the endpoints.
    blobs: new BlobServiceClient(BlobServiceClient.fromConnectionString(text).url, pipeline()),
    queues: new QueueServiceClient(QueueServiceClient.fromConnectionString(text).url, pipeline()),
    tables: TableServiceClient.fromConnectionString(text, tableOptions),
    tableNamed: (name) => TableClient.fromConnectionString(text, name, tableOptions),
  };
}

/** The service has no filter by prefix, only by range: the end is the prefix with its last character incremented. */
function namesWith(prefix: string): TableFilter {
  const end = prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
  return {
    and: [
      { column: "TableName", is: "ge", value: prefix },
      { column: "TableName", is: "lt", value: end },
    ],
  };
}

const NOT_FOUND = [404];
/** There is no lease to break. */
const NOT_LEASED = [404, 409];

async function removeContainer(container: ContainerClient): Promise<void> {
  await ignoring(NOT_LEASED, asked(container.getBlobLeaseClient().breakLease(0)));
  await container.deleteIfExists();
}

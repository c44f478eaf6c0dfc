// The storage operations that this program uses, implemented by `azure/` through Azure's SDKs (Azurite, or Azure
// itself) and by `memory/` in this process. `test/local/storage/contract` holds both to the same behavior; Azurite is
// the reference.

import type { BlobContainer } from "./blob-container.ts";
import type { StorageQueue } from "./storage-queue.ts";
import type { StorageTable } from "./storage-table.ts";

/**
 * One storage account, independent of task hubs. A response that refuses an operation rejects with a `StorageError`; a
 * request without a response rejects with another error.
 */
export type StorageAccount = {
  /** For example `http://127.0.0.1:10000/devstoreaccount1`, without a trailing slash. */
  blobEndpoint: string;
  queue(name: string): StorageQueue;
  table(name: string): StorageTable;
  container(name: string): BlobContainer;
  /** Names of all queues that begin with `prefix`. */
  listQueues(prefix: string): Promise<string[]>;
  /** Names of all tables that begin with `prefix`, which is not empty. */
  listTables(prefix: string): Promise<string[]>;
  /** Rejects if any of the three services does not respond. */
  ping(): Promise<void>;
  /**
   * Aborts all running requests and makes all later ones fail immediately: the storage is permanently gone, and nothing
   * should wait for it.
   */
  abandon(): void;
  readonly isAbandoned: boolean;
};

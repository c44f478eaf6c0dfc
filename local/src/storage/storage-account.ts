// What this program asks of a storage account: `azure/` gives it through Azure's SDKs (Azurite, or Azure itself), `memory/` in this
// process. `test/local/storage/contract` holds both to the same behaviour; Azurite is the reference.

import type { BlobContainer } from "./blob-container.ts";
import type { StorageQueue } from "./storage-queue.ts";
import type { StorageTable } from "./storage-table.ts";

/**
 * One storage account; nothing here knows of task hubs. What the service refuses rejects with a `StorageError`; what never got an
 * answer rejects with another error.
 */
export type StorageAccount = {
  /** For example `http://127.0.0.1:10000/devstoreaccount1`, without a slash at the end. */
  blobEndpoint: string;
  queue(name: string): StorageQueue;
  table(name: string): StorageTable;
  container(name: string): BlobContainer;
  /** Rejects where one of the three services does not answer. */
  ping(): Promise<void>;
  /** Ends every request under way and fails all later ones at once: the storage is permanently gone, and nothing should wait. */
  abandon(): void;
  readonly isAbandoned: boolean;
};

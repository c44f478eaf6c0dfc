// The triggers and bindings of Azure Storage; the host knows them as extensions.

import type { HostExtension } from "../host/index.ts";
import { createBlobsExtension } from "./blobs/blobs-extension.ts";
import { createQueuesExtension } from "./queues/queues-extension.ts";
import { type OpenAccount, StorageAccounts } from "./storage-connection.ts";
import { createTablesExtension } from "./tables/tables-extension.ts";
import type { TriggerDeps, TriggerExtension } from "./trigger-host.ts";

export type StorageExtensions = {
  all: readonly HostExtension[];
  /** Those of them whose triggers are to be started and stopped. */
  triggers: readonly TriggerExtension[];
};

/** @param own - The host's own account, which may not be reachable by its connection string. */
export function createStorageExtensions(own: OpenAccount, deps: TriggerDeps): StorageExtensions {
  const accounts = new StorageAccounts(own);
  const triggers = [createQueuesExtension(accounts, deps), createBlobsExtension(accounts, deps)];
  return { all: [...triggers, createTablesExtension(accounts)], triggers };
}

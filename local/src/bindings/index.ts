// The triggers and bindings of Azure Storage, which the host loads as extensions.

import type { HostExtension } from "../host/index.ts";
import { createBlobsExtension } from "./blobs/blobs-extension.ts";
import { createQueuesExtension } from "./queues/queues-extension.ts";
import { type OpenAccount, StorageAccounts } from "./storage-connection.ts";
import { createTablesExtension } from "./tables/tables-extension.ts";
import type { TriggerDeps, TriggerExtension } from "./trigger-host.ts";

type StorageExtensions = {
  all: readonly HostExtension[];
  /** The extensions whose triggers must be started and stopped. */
  triggers: readonly TriggerExtension[];
};

/** @param own - The host's own account; its connection string alone may not be enough to reach it. */
export function createStorageExtensions(own: OpenAccount, deps: TriggerDeps): StorageExtensions {
  const accounts = new StorageAccounts(own);
  const triggers = [createQueuesExtension(accounts, deps), createBlobsExtension(accounts, deps)];
  return { all: [...triggers, createTablesExtension(accounts)], triggers };
}

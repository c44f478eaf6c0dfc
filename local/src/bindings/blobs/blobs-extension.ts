// Azure Blob Storage: trigger, input and output.
// Source: Azure/azure-sdk-for-net, sdk/storage/Microsoft.Azure.WebJobs.Extensions.Storage.Blobs.

import type { StorageAccounts } from "../storage-connection.ts";
import type { TriggerDeps, TriggerExtension } from "../trigger-host.ts";
import { readBlob, writeBlob } from "./blob-bindings.ts";
import { BLOB_TRIGGER, BlobTriggers } from "./blob-triggers.ts";
import { answerEventGrid } from "./event-grid.ts";

export function createBlobsExtension(accounts: StorageAccounts, deps: TriggerDeps): TriggerExtension {
  const triggers = new BlobTriggers(accounts, deps);
  return {
    name: "blobs",
    triggerTypes: [BLOB_TRIGGER],
    inputBindings: {
      blob: (binding, context) =>
        readBlob(accounts.find(binding["connection"], context.appSettings, "blob"), binding, context),
    },
    outputBindings: {
      blob: (binding, value, context) =>
        writeBlob(accounts.find(binding["connection"], context.appSettings, "blob"), binding, value, context),
    },
    webhook: (request) =>
      answerEventGrid(request, { isServed: (id) => triggers.takesEvents(id), add: (event) => triggers.add(event) }),
    start: (host) => triggers.start(host),
    stop: () => triggers.stop(),
    settled: () => triggers.settled(),
  };
}

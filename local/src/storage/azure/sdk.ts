// Everything that is used of Azure's SDKs, in one module: the build puts it into a separate bundle with a compile
// cache.

import { TableClient, TableServiceClient } from "@azure/data-tables";
import { AnonymousCredential, BlobServiceClient, newPipeline, StorageSharedKeyCredential } from "@azure/storage-blob";
import { QueueServiceClient } from "@azure/storage-queue";

const sdk = {
  AnonymousCredential,
  BlobServiceClient,
  newPipeline,
  QueueServiceClient,
  StorageSharedKeyCredential,
  TableClient,
  TableServiceClient,
};

/** In the built command, the first call loads the SDKs, while Azurite is starting. */
export const azureSdk = (): typeof sdk => sdk;

// All that is used of Azure's SDKs, in one place: the build makes a bundle of its own of them, whose compiled form is kept from start to start.

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

/** In the command, the SDKs are loaded by the first call: Azurite then starts at the same time. */
export const azureSdk = (): typeof sdk => sdk;

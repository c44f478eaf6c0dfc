// All that is used of Azure's SDKs, in one place: the build makes a bundle of its own of them, whose compiled form is kept from start to start.

export { TableClient, TableServiceClient } from "@azure/data-tables";
export { AnonymousCredential, BlobServiceClient, newPipeline, StorageSharedKeyCredential } from "@azure/storage-blob";
export { QueueServiceClient } from "@azure/storage-queue";

import type { BlobContainer, BlobDetails } from "../../storage/blob-container.ts";
import type { BindingInfo, TypedData } from "../../worker/messages.ts";
import { wantsClient } from "../binding-options.ts";
import { connectionName } from "../storage-connection.ts";

/** A blob as the handler receives it: its content, or the reference that an SDK client is built from (`sdkBinding`). */
export async function blobValue(
  binding: BindingInfo,
  { container, blobName, asBytes }: { container: BlobContainer; blobName: string; asBytes: boolean },
): Promise<TypedData> {
  if (wantsClient(binding)) return blobReference(binding, container.name, blobName);
  const content = await container.download(blobName);
  return asBytes ? { bytes: content } : { string: content.toString("utf8") };
}

/**
 * @see Azure/azure-functions-nodejs-extensions, the content from which `@azure/functions-extensions-blob` builds its
 *   client
 */
function blobReference(binding: BindingInfo, containerName: string, blobName: string): TypedData {
  const content = {
    Connection: connectionName(binding["connection"]),
    ContainerName: containerName,
    BlobName: blobName,
  };
  return {
    modelBindingData: {
      version: "1.0",
      source: "AzureStorageBlobs",
      contentType: "application/json",
      content: Buffer.from(JSON.stringify(content)),
    },
  };
}

/** @see Microsoft.Azure.WebJobs.Extensions.Storage.Blobs/src/Triggers/BlobTriggerBinding.cs */
export function blobMetadata(
  container: BlobContainer,
  details: BlobDetails,
  captures: Readonly<Record<string, string>>,
): Record<string, TypedData> {
  const { name, sizeBytes, etag, modifiedAt, contentType, metadata } = details;
  const json = (value: unknown): TypedData => ({ json: JSON.stringify(value) });
  const uri = `${container.url}/${name.split("/").map(encodeURIComponent).join("/")}`;
  return {
    ...Object.fromEntries(Object.entries(captures).map(([key, value]) => [key, { string: value }])),
    BlobTrigger: { string: `${container.name}/${name}` },
    Uri: json(uri),
    Properties: json({
      LastModified: modifiedAt.toISOString(),
      ContentLength: sizeBytes,
      ContentType: contentType,
      ETag: `"${etag}"`,
      BlobType: 0,
    }),
    Metadata: json(metadata),
  };
}

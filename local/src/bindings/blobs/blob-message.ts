import { isRecord } from "@same-kit/shared";

/** A blob that a function will be called with; in Azure's format, in the host's queue and in the poison queue. */
export type BlobMessage = { functionId: string; containerName: string; blobName: string; etag: string };

/** @see Azure/azure-sdk-for-net, Microsoft.Azure.WebJobs.Extensions.Storage.Blobs/src/Listeners/BlobTriggerMessage.cs */
export function toMessageText({ functionId, containerName, blobName, etag }: BlobMessage): string {
  return JSON.stringify({
    Type: "BlobTrigger",
    FunctionId: functionId,
    BlobType: "BlockBlob",
    ContainerName: containerName,
    BlobName: blobName,
    ETag: `"${etag}"`,
  });
}

/** @returns null if the text is not such a message. */
export function parseMessageText(text: string): BlobMessage | null {
  try {
    const value: unknown = JSON.parse(text);
    if (!isRecord(value)) return null;
    const { FunctionId, ContainerName, BlobName, ETag } = value;
    if ([FunctionId, ContainerName, BlobName, ETag].some((it) => typeof it !== "string")) return null;
    return {
      functionId: String(FunctionId),
      containerName: String(ContainerName),
      blobName: String(BlobName),
      etag: String(ETag).replace(/^"|"$/g, ""),
    };
  } catch {
    return null;
  }
}

/** The name of a function in receipts, messages and webhook addresses, as in Azure's extension. */
export function functionIdOf(functionName: string): string {
  return `Host.Functions.${functionName}`;
}

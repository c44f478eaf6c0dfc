import { buffer } from "node:stream/consumers";
import type { BlobClient, BlobServiceClient, ContainerClient } from "@azure/storage-blob";
import { managedIdentityCredential } from "./managed-identity.ts";

/** @returns undefined if the blob or container does not exist (HTTP 404); other errors are rethrown. */
export async function unlessMissing<Value>(load: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await load();
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw error;
  }
}

/** Container creations in progress, by URL: many files of a first run find no container at the same time. */
const creating = new Map<string, Promise<unknown>>();

/** Durable creates the container with its first large message, which may be later. */
export async function upload(container: ContainerClient, name: string, content: string | Uint8Array): Promise<void> {
  const blob = container.getBlockBlobClient(name);
  const send = async () => {
    if (typeof content === "string") await blob.uploadFile(content);
    else await blob.uploadData(Buffer.from(content.buffer, content.byteOffset, content.byteLength));
  };
  try {
    await send();
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error;
    const creation = creating.get(container.url) ?? container.createIfNotExists();
    creating.set(container.url, creation);
    await creation.finally(() => creating.delete(container.url));
    await send();
  }
}

/** How often reading continues after a body breaks off. */
const BODY_RETRIES = 3;

/**
 * Reads a blob with one request; the SDK's `downloadToBuffer` asks for the size first.
 *
 * @param range - Cut off at the end of the blob; default: the whole blob.
 */
export async function download(
  blob: BlobClient,
  { offset, count }: { offset: number; count?: number } = { offset: 0 },
): Promise<{ content: Buffer; sizeBytes: number }> {
  try {
    const response = await blob.download(offset, count, { maxRetryRequests: BODY_RETRIES });
    const content = await buffer(response.readableStreamBody as NodeJS.ReadableStream);
    // `bytes 0-9/100`
    const total = response.contentRange?.split("/")[1];
    return { content, sizeBytes: total === undefined ? content.length : Number(total) };
  } catch (error) {
    // The range begins at the end of the blob, or after it.
    if ((error as { statusCode?: number }).statusCode !== 416) throw error;
    const { contentLength = 0 } = await blob.getProperties();
    return { content: Buffer.alloc(0), sizeBytes: contentLength };
  }
}

/** The client's own errors contain the whole request and response, which mean little to the user of a notebook. */
export function storageFailure(what: string, error: unknown): Error {
  const { statusCode, code, message } = error as { statusCode?: number; code?: string; message: string };
  const why = statusCode === undefined ? (code ?? message) : `HTTP ${statusCode} ${code ?? ""}`.trim();
  return new Error(`${what}: the app's storage account failed with ${why}.`, { cause: error });
}

let opened: { key: string; account: Promise<BlobServiceClient> } | undefined;

/** One client per account and process: it keeps connections and tokens. */
export async function openAccount(env: NodeJS.ProcessEnv): Promise<BlobServiceClient> {
  const connectionString = env["AzureWebJobsStorage"] ?? "";
  const accountName = env["AzureWebJobsStorage__accountName"];
  const endpoint =
    env["AzureWebJobsStorage__blobServiceUri"] ?? (accountName && `https://${accountName}.blob.core.windows.net`);
  const key = connectionString || endpoint;
  if (!key) throw new Error("The app setting AzureWebJobsStorage is missing: session contexts cannot be stored.");
  if (opened?.key !== key) opened = { key, account: connect(connectionString, endpoint ?? "", env) };
  return opened.account;
}

/** Loads the client without sending a request. The first use reports what is wrong. */
export function warmUpAccount(env: NodeJS.ProcessEnv): void {
  openAccount(env).catch(() => {});
}

/** Loaded after the start: the client is half of the app's code. */
async function connect(connectionString: string, endpoint: string, env: NodeJS.ProcessEnv): Promise<BlobServiceClient> {
  const { BlobServiceClient } = await import("@azure/storage-blob");
  if (connectionString === "") return new BlobServiceClient(endpoint, managedIdentityCredential(env));
  return BlobServiceClient.fromConnectionString(connectionString);
}

import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { ContainerClient } from "@azure/storage-blob";
import { Limiter } from "@same-kit/shared";
import { statusOf } from "./storage-errors.ts";

const compress = promisify(gzip);
const decompress = promisify(gunzip);
const MAX_DELETIONS_AT_ONCE = 32;

/** Stores text gzipped; the container is made on first use, as it is needed seldom. */
export async function uploadGzip(container: ContainerClient, name: string, text: string): Promise<void> {
  const bytes = await compress(Buffer.from(text, "utf8"));
  const blob = container.getBlockBlobClient(name);
  const options = { blobHTTPHeaders: { blobContentType: "application/octet-stream", blobContentEncoding: "gzip" } };
  try {
    await blob.uploadData(bytes, options);
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    await container.createIfNotExists();
    await blob.uploadData(bytes, options);
  }
}

/** @throws what the SDK throws, with `statusCode` 404, where there is no such blob. */
export async function downloadGzip(container: ContainerClient, name: string): Promise<string> {
  const bytes = await container.getBlockBlobClient(name).downloadToBuffer();
  return (await decompress(bytes)).toString("utf8");
}

/** Removes every blob below `prefix`; a container that does not exist holds none. */
export async function deleteBlobsBelow(container: ContainerClient, prefix: string): Promise<void> {
  try {
    const names: string[] = [];
    for await (const blob of container.listBlobsFlat({ prefix })) names.push(blob.name);
    const deletions = new Limiter(MAX_DELETIONS_AT_ONCE);
    await Promise.all(names.map((name) => deletions.run(() => container.getBlobClient(name).deleteIfExists())));
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
}

import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { Limiter } from "@same-kit/shared";
import type { BlobContainer } from "./blob-container.ts";
import { ignoring, statusOf } from "./storage-errors.ts";

const compress = promisify(gzip);
const decompress = promisify(gunzip);
const MAX_DELETIONS_AT_ONCE = 32;
const GZIP = { contentType: "application/octet-stream", contentEncoding: "gzip" };

/** Stores gzipped text. The container is created on first use, because it is rarely needed. */
export async function uploadGzip(container: BlobContainer, name: string, text: string): Promise<void> {
  const bytes = await compress(Buffer.from(text, "utf8"));
  try {
    await container.upload(name, bytes, GZIP);
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    await container.createIfNotExists();
    await container.upload(name, bytes, GZIP);
  }
}

/** @throws StorageError 404 if there is no such blob. */
export async function downloadGzip(container: BlobContainer, name: string): Promise<string> {
  return (await decompress(await container.download(name))).toString("utf8");
}

/** Deletes every blob below `prefix`; does nothing if the container does not exist. */
export async function deleteBlobsBelow(container: BlobContainer, prefix: string): Promise<void> {
  const deletions = new Limiter(MAX_DELETIONS_AT_ONCE);
  const deleteAll = async () => {
    const names = await Array.fromAsync(container.list(prefix), ({ name }) => name);
    await Promise.all(names.map((name) => deletions.run(() => container.deleteIfExists(name))));
  };
  await ignoring([404], deleteAll());
}

import { buffer } from "node:stream/consumers";
import type { ContainerClient } from "@azure/storage-blob";
import type { BlobContainer, BlobDetails, BlobProperties, UploadOptions } from "../blob-container.ts";
import { asked, toStorageError } from "./refusals.ts";

/** How often the download of an interrupted body is resumed. */
const BODY_RETRIES = 3;

export class AzureContainer implements BlobContainer {
  readonly #client: ContainerClient;

  constructor(client: ContainerClient) {
    this.#client = client;
  }

  get name(): string {
    return this.#client.containerName;
  }

  get url(): string {
    return this.#client.url.replace(/\/+$/, "");
  }

  async createIfNotExists(): Promise<void> {
    await asked(this.#client.createIfNotExists());
  }

  async upload(
    name: string,
    content: Uint8Array,
    { contentType, contentEncoding, metadata, onlyIfNew = false }: UploadOptions = {},
  ): Promise<void> {
    const body = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    await asked(
      this.#client.getBlockBlobClient(name).uploadData(body, {
        blobHTTPHeaders: {
          ...(contentType === undefined ? {} : { blobContentType: contentType }),
          ...(contentEncoding === undefined ? {} : { blobContentEncoding: contentEncoding }),
        },
        ...(metadata === undefined ? {} : { metadata }),
        ...(onlyIfNew ? { conditions: { ifNoneMatch: "*" } } : {}),
      }),
    );
  }

  async download(name: string, range?: { offset: number; count: number }): Promise<Buffer> {
    const blob = this.#client.getBlobClient(name);
    if (range !== undefined) return asked(blob.downloadToBuffer(range.offset, range.count));
    // `downloadToBuffer` would request the size first.
    const whole = async () => {
      const { readableStreamBody } = await blob.download(0, undefined, { maxRetryRequests: BODY_RETRIES });
      return readableStreamBody === undefined ? Buffer.alloc(0) : buffer(readableStreamBody);
    };
    return asked(whole());
  }

  async properties(name: string): Promise<BlobDetails> {
    const found = await asked(this.#client.getBlobClient(name).getProperties());
    const { contentLength = 0, etag = "", lastModified = new Date(0), contentType = "", metadata = {} } = found;
    return {
      name,
      sizeBytes: contentLength,
      etag: unquoted(etag),
      modifiedAt: lastModified,
      isLeased: isLive(found.leaseState),
      contentType,
      metadata,
    };
  }

  async deleteIfExists(name: string): Promise<boolean> {
    return (await asked(this.#client.getBlobClient(name).deleteIfExists())).succeeded;
  }

  async *list(prefix?: string): AsyncIterable<BlobProperties> {
    try {
      for await (const { name, properties } of this.#client.listBlobsFlat(prefix === undefined ? {} : { prefix })) {
        const { contentLength = 0, etag, lastModified, leaseState } = properties;
        const isLeased = isLive(leaseState);
        yield { name, sizeBytes: contentLength, etag: unquoted(etag), modifiedAt: lastModified, isLeased };
      }
    } catch (error) {
      throw toStorageError(error as Error);
    }
  }

  async acquireLease(leaseId: string, seconds: number): Promise<void> {
    await asked(this.#client.getBlobLeaseClient(leaseId).acquireLease(seconds));
  }

  async renewLease(leaseId: string): Promise<void> {
    await asked(this.#client.getBlobLeaseClient(leaseId).renewLease());
  }

  async changeLease(leaseId: string, newId: string): Promise<void> {
    await asked(this.#client.getBlobLeaseClient(leaseId).changeLease(newId));
  }
}

/** A lease that is being broken still belongs to its owner until the break completes. */
const isLive = (leaseState: string | undefined): boolean => leaseState === "leased" || leaseState === "breaking";

/** Lists return ETags without quotes, all other responses with quotes. */
const unquoted = (etag: string): string => etag.replace(/^"|"$/g, "");

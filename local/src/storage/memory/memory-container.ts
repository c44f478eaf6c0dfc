import type { BlobContainer, BlobProperties, UploadOptions } from "../blob-container.ts";
import { StorageError } from "../storage-errors.ts";
import { requireContainerName } from "./resource-names.ts";
import { SortedMap } from "./sorted-map.ts";
import type { Turns } from "./turn.ts";

type StoredBlob = BlobProperties & { content: Buffer; contentType: string; contentEncoding: string | null };

export class MemoryContainer implements BlobContainer {
  readonly name: string;
  readonly url: string;
  readonly #turns: Turns;
  readonly #blobs = new SortedMap<StoredBlob>();
  #exists = false;

  constructor(name: string, url: string, turns: Turns) {
    this.name = name;
    this.url = url;
    this.#turns = turns;
  }

  async createIfNotExists(): Promise<void> {
    await this.#turns.next();
    requireContainerName(this.name);
    this.#exists = true;
  }

  async upload(name: string, content: Uint8Array, options: UploadOptions = {}): Promise<void> {
    const { contentType = "application/octet-stream", contentEncoding = null, onlyIfNew = false } = options;
    await this.#begin();
    if (onlyIfNew && this.#blobs.get(name) !== undefined) throw new StorageError(409, "BlobAlreadyExists");
    this.#blobs.set(name, {
      name,
      sizeBytes: content.byteLength,
      // A copy: the caller may go on to use its buffer.
      content: Buffer.from(content),
      contentType,
      contentEncoding,
    });
  }

  async download(name: string, range?: { offset: number; count: number }): Promise<Buffer> {
    const { content } = await this.#get(name);
    if (range === undefined) return Buffer.from(content);
    if (range.offset >= content.byteLength) throw new StorageError(416, "InvalidRange");
    return Buffer.from(content.subarray(range.offset, range.offset + range.count));
  }

  async properties(name: string): Promise<BlobProperties> {
    const { sizeBytes } = await this.#get(name);
    return { name, sizeBytes };
  }

  async deleteIfExists(name: string): Promise<boolean> {
    await this.#begin();
    const isThere = this.#blobs.get(name) !== undefined;
    this.#blobs.delete(name);
    return isThere;
  }

  async *list(prefix = ""): AsyncIterable<BlobProperties> {
    await this.#begin();
    const found: BlobProperties[] = [];
    for (const [name, { sizeBytes }] of this.#blobs.from(prefix)) {
      if (!name.startsWith(prefix)) break;
      found.push({ name, sizeBytes });
    }
    yield* found;
  }

  async #get(name: string): Promise<StoredBlob> {
    await this.#begin();
    const found = this.#blobs.get(name);
    if (found === undefined) throw new StorageError(404, "BlobNotFound");
    return found;
  }

  async #begin(): Promise<void> {
    await this.#turns.next();
    if (!this.#exists) throw new StorageError(404, "ContainerNotFound");
  }
}

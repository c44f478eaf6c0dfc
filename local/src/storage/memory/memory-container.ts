import type { Clock } from "@same-kit/shared";
import type { BlobContainer, BlobDetails, UploadOptions } from "../blob-container.ts";
import { StorageError } from "../storage-errors.ts";
import { requireContainerName } from "./resource-names.ts";
import { SortedMap } from "./sorted-map.ts";
import type { Turns } from "./turn.ts";

/** A blob with everything that a client can see of it. */
export type StoredBlob = BlobDetails & {
  content: Buffer;
  contentEncoding: string | null;
};

type Lease = { leaseId: string; seconds: number; endsAtMs: number };

let lastEtag = 0;

export class MemoryContainer implements BlobContainer {
  readonly name: string;
  readonly url: string;
  readonly #clock: Clock;
  readonly #turns: Turns;
  readonly #blobs = new SortedMap<StoredBlob>();
  #exists = false;
  #lease: Lease | null = null;

  constructor(name: string, url: string, clock: Clock, turns: Turns) {
    this.name = name;
    this.url = url;
    this.#clock = clock;
    this.#turns = turns;
  }

  async createIfNotExists(): Promise<void> {
    await this.#turns.next();
    requireContainerName(this.name);
    this.#exists = true;
  }

  async exists(): Promise<boolean> {
    await this.#turns.next();
    return this.#exists;
  }

  async upload(name: string, content: Uint8Array, options: UploadOptions = {}): Promise<StoredBlob> {
    const { contentType = "application/octet-stream", contentEncoding = null, onlyIfNew = false } = options;
    await this.#begin();
    if (onlyIfNew && this.#blobs.get(name) !== undefined) throw new StorageError(409, "BlobAlreadyExists");
    lastEtag += 1;
    const blob: StoredBlob = {
      name,
      sizeBytes: content.byteLength,
      // A copy, because the caller may reuse its buffer.
      content: Buffer.from(content),
      contentType,
      contentEncoding,
      etag: `0x${lastEtag.toString(16).toUpperCase()}`,
      modifiedAt: this.#clock.now(),
      // Leases of blobs are not supported here.
      isLeased: false,
      metadata: options.metadata ?? {},
    };
    this.#blobs.set(name, blob);
    return blob;
  }

  /** @throws StorageError 404 `BlobNotFound` */
  async read(name: string): Promise<StoredBlob> {
    await this.#begin();
    const found = this.#blobs.get(name);
    if (found === undefined) throw new StorageError(404, "BlobNotFound");
    return found;
  }

  async download(name: string, range?: { offset: number; count: number }): Promise<Buffer> {
    const { content } = await this.read(name);
    if (range === undefined) return Buffer.from(content);
    if (range.offset >= content.byteLength) throw new StorageError(416, "InvalidRange");
    return Buffer.from(content.subarray(range.offset, range.offset + range.count));
  }

  async properties(name: string): Promise<BlobDetails> {
    const { content: _, contentEncoding: __, ...details } = await this.read(name);
    return details;
  }

  async deleteIfExists(name: string): Promise<boolean> {
    await this.#begin();
    const isThere = this.#blobs.get(name) !== undefined;
    this.#blobs.delete(name);
    return isThere;
  }

  async *list(prefix = ""): AsyncIterable<StoredBlob> {
    await this.#begin();
    const found: StoredBlob[] = [];
    for (const [name, blob] of this.#blobs.from(prefix)) {
      if (!name.startsWith(prefix)) break;
      found.push(blob);
    }
    yield* found;
  }

  async acquireLease(leaseId: string, seconds: number): Promise<void> {
    await this.#begin();
    const isTaken = this.#lease !== null && this.#lease.endsAtMs > this.#nowMs() && this.#lease.leaseId !== leaseId;
    if (isTaken) throw new StorageError(409, "LeaseAlreadyPresent");
    this.#lease = { leaseId, seconds, endsAtMs: this.#nowMs() + seconds * 1000 };
  }

  async renewLease(leaseId: string): Promise<void> {
    await this.#begin();
    // An expired lease can be renewed as long as no one else has acquired it.
    const lease = this.#leaseOf(leaseId);
    lease.endsAtMs = this.#nowMs() + lease.seconds * 1000;
  }

  async changeLease(leaseId: string, newId: string): Promise<void> {
    await this.#begin();
    const lease = this.#leaseOf(leaseId);
    if (lease.endsAtMs <= this.#nowMs()) throw new StorageError(409, "LeaseNotPresentWithLeaseOperation");
    this.#lease = { ...lease, leaseId: newId };
  }

  #leaseOf(leaseId: string): Lease {
    if (this.#lease === null) throw new StorageError(409, "LeaseNotPresentWithLeaseOperation");
    if (this.#lease.leaseId !== leaseId) throw new StorageError(409, "LeaseIdMismatchWithLeaseOperation");
    return this.#lease;
  }

  #nowMs(): number {
    return this.#clock.now().getTime();
  }

  async #begin(): Promise<void> {
    await this.#turns.next();
    if (!this.#exists) throw new StorageError(404, "ContainerNotFound");
  }
}

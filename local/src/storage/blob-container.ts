export type BlobProperties = {
  name: string;
  sizeBytes: number;
  /** Without quotes; changes with every write. */
  etag: string;
  modifiedAt: Date;
  /** Whether an unexpired lease exists. */
  isLeased: boolean;
};

export type BlobDetails = BlobProperties & {
  contentType: string;
  /** Names in lower case. */
  metadata: Readonly<Record<string, string>>;
};

export type UploadOptions = {
  /** Default: `application/octet-stream`. */
  contentType?: string;
  contentEncoding?: string;
  metadata?: Readonly<Record<string, string>>;
  /** Refuses to replace a blob, with 409 `BlobAlreadyExists`. */
  onlyIfNew?: boolean;
};

/**
 * One blob container. While it does not exist, every operation except {@link BlobContainer.createIfNotExists} responds
 * with 404 `ContainerNotFound`.
 */
export interface BlobContainer {
  readonly name: string;
  /** Without a trailing slash. */
  readonly url: string;
  createIfNotExists(): Promise<void>;
  upload(name: string, content: Uint8Array, options?: UploadOptions): Promise<unknown>;
  /**
   * Downloads the whole blob, or a part of it.
   *
   * @throws StorageError 404 `BlobNotFound`, 416 `InvalidRange` for a part that starts beyond the end.
   */
  download(name: string, range?: { offset: number; count: number }): Promise<Buffer>;
  /** @throws StorageError 404 `BlobNotFound` */
  properties(name: string): Promise<BlobDetails>;
  /** @returns Whether it existed. */
  deleteIfExists(name: string): Promise<boolean>;
  /** All blobs whose name starts with `prefix`, ordered by name. */
  list(prefix?: string): AsyncIterable<BlobProperties>;
  /**
   * Acquires the lease on the container itself, or reacquires it under the id that holds it; everyone who knows the id
   * shares the lease.
   *
   * @param leaseId - A GUID.
   * @param seconds - 15 to 60.
   * @throws StorageError 409 `LeaseAlreadyPresent` while another id holds it.
   */
  acquireLease(leaseId: string, seconds: number): Promise<void>;
  /** @throws StorageError 409 if another id holds it, or none. */
  renewLease(leaseId: string): Promise<void>;
  /**
   * Transfers the lease from `leaseId` to `newId`, for its full duration.
   *
   * @throws StorageError 409 if another id holds it, or none.
   */
  changeLease(leaseId: string, newId: string): Promise<void>;
}

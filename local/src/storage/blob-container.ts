export type BlobProperties = {
  name: string;
  sizeBytes: number;
  /** Without its quotes; every write gives another. */
  etag: string;
  modifiedAt: Date;
  /** Somebody has a lease on it that has not ended. */
  isLeased: boolean;
};

export type BlobDetails = BlobProperties & {
  contentType: string;
  /** Names in lower case. */
  metadata: Readonly<Record<string, string>>;
};

export type UploadOptions = {
  /** `application/octet-stream` where absent. */
  contentType?: string;
  contentEncoding?: string;
  metadata?: Readonly<Record<string, string>>;
  /** Refuses to replace a blob, with 409 `BlobAlreadyExists`. */
  onlyIfNew?: boolean;
};

/** One blob container. Everything but {@link BlobContainer.createIfNotExists} answers 404 `ContainerNotFound` while it does not exist. */
export interface BlobContainer {
  readonly name: string;
  /** Without a slash at the end. */
  readonly url: string;
  createIfNotExists(): Promise<void>;
  upload(name: string, content: Uint8Array, options?: UploadOptions): Promise<unknown>;
  /**
   * The whole blob, or a part of it.
   *
   * @throws StorageError 404 `BlobNotFound`, 416 `InvalidRange` for a part that begins behind its end.
   */
  download(name: string, range?: { offset: number; count: number }): Promise<Buffer>;
  /** @throws StorageError 404 `BlobNotFound` */
  properties(name: string): Promise<BlobDetails>;
  /** @returns whether there was one. */
  deleteIfExists(name: string): Promise<boolean>;
  /** All blobs whose name begins with `prefix`, by name. */
  list(prefix?: string): AsyncIterable<BlobProperties>;
  /**
   * Takes the lease on the container itself, or takes it again under the id that has it; all who know the id share it.
   *
   * @param leaseId - A GUID.
   * @param seconds - 15 to 60.
   * @throws StorageError 409 `LeaseAlreadyPresent` while another id has it.
   */
  acquireLease(leaseId: string, seconds: number): Promise<void>;
  /** @throws StorageError 409 where another id has it, or none. */
  renewLease(leaseId: string): Promise<void>;
  /**
   * Gives the lease that `leaseId` has to `newId`, for its whole time.
   *
   * @throws StorageError 409 where another id has it, or none.
   */
  changeLease(leaseId: string, newId: string): Promise<void>;
}

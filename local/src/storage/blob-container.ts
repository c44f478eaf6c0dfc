export type BlobProperties = {
  name: string;
  sizeBytes: number;
  /** Without its quotes; every write gives another. */
  etag: string;
  modifiedAt: Date;
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
}

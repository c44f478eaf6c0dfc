/** A blob of the app's storage account, and what its content must be. */
export type BlobReference = { container: string; name: string; sizeBytes: number; sha256: string };

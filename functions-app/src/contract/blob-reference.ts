/** A blob of the app's storage account, with the size and hash that its content must have. */
export type BlobReference = { container: string; name: string; sizeBytes: number; sha256: string };

/** URL-safe base64 with its padding, as Python's `urlsafe_b64decode` demands. */
export function toUrlSafeBase64(content: string | Uint8Array): string {
  return Buffer.from(content as string)
    .toString("base64")
    .replaceAll("+", "-")
    .replaceAll("/", "_");
}

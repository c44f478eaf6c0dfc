/** URL-safe base64 with its padding, as Python's `base64.urlsafe_b64decode` demands. */
export function toUrlSafeBase64(content: string | Uint8Array): string {
  const text = Buffer.from(content as string).toString("base64");
  return text.replaceAll("+", "-").replaceAll("/", "_");
}

/** Strict, unlike `Buffer`: undefined for foreign characters or missing padding, which Python refuses too. */
export function fromUrlSafeBase64(text: string): Buffer | undefined {
  const digits = text.length - (text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0);
  if (text.length % 4 !== 0 || /[^A-Za-z0-9_-]/.test(text.slice(0, digits))) return undefined;
  return Buffer.from(text, "base64url");
}

/** Undefined if the bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const URL_SAFE = /^[A-Za-z0-9_\-+/\r\n]*={0,2}\s*$/;

/**
 * URL-safe base64 as upstream's client writes it; the ordinary alphabet is accepted too.
 *
 * @returns null for text that is no base64.
 */
export function decodeBase64(text: string): Buffer | null {
  if (!URL_SAFE.test(text)) return null;
  const packed = text.replace(/[\s=]/g, "");
  return packed.length % 4 === 1 ? null : Buffer.from(packed, "base64url");
}

/** URL-safe and padded, as Python's `base64.urlsafe_b64encode` writes it: its decoder insists on the padding. */
export function encodeBase64(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString("base64url");
  return text.padEnd(Math.ceil(text.length / 4) * 4, "=");
}

/** @returns null for bytes that are no UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

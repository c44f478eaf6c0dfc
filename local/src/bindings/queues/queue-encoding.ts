const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Encodes a message as Base64, or as UTF-8 text if `isPlain` (`messageEncoding: "none"` in host.json). */
export function encodeMessage(content: Buffer, isPlain: boolean): string {
  return isPlain ? content.toString("utf8") : content.toString("base64");
}

/** @returns null if Base64 is expected and the text is not valid Base64. */
export function decodeMessage(text: string, isPlain: boolean): Buffer | null {
  if (isPlain) return Buffer.from(text);
  return BASE64.test(text) ? Buffer.from(text, "base64") : null;
}

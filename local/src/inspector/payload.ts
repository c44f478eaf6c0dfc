import { MAX_INLINE_BYTES, type Payload } from "./api.ts";

const PREVIEW_CHARACTERS = 200;

/** @param path - What the page requests if the value is not inline. */
export function toPayload(json: unknown, path: string): Payload {
  const text = JSON.stringify(json) ?? "null";
  // Characters are checked first: bytes are counted only if that can matter.
  if (text.length <= MAX_INLINE_BYTES && Buffer.byteLength(text) <= MAX_INLINE_BYTES) return { json: json ?? null };
  return { bytes: Buffer.byteLength(text), preview: text.slice(0, PREVIEW_CHARACTERS), path };
}

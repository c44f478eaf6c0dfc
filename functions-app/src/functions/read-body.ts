import { refuseDeepJson } from "@same-kit/shared";
import { decodeUtf8 } from "../contract/base64.ts";
import type { Problem } from "../contract/problem.ts";

export type BodyRequest = { headers: { get(name: string): string | null }; body: AsyncIterable<Uint8Array> | null };

/** Reads and parses the body, and stops reading once it is larger than `limit` bytes. */
export async function readJsonBody(
  request: BodyRequest,
  limit: number,
): Promise<{ json: unknown } | { problem: Problem }> {
  const read = await readBody(request, limit);
  if ("problem" in read) return read;
  if (read.bytes.length === 0) return notJson("is empty: send the steps as JSON with POST");
  try {
    refuseDeepJson(read.bytes);
  } catch (error) {
    return notJson(`is refused: ${(error as Error).message}`);
  }
  const text = decodeUtf8(read.bytes);
  if (text === undefined) return notJson("is not UTF-8");
  try {
    return { json: JSON.parse(text) };
  } catch (error) {
    return notJson(`is not JSON: ${(error as Error).message}`);
  }
}

/** Reads the raw body, and stops reading once it is larger than `limit` bytes. */
export async function readBody(
  { headers, body }: BodyRequest,
  limit: number,
): Promise<{ bytes: Buffer } | { problem: Problem }> {
  const encoding = headers.get("content-encoding") ?? "identity";
  if (encoding.toLowerCase() !== "identity") return encoded(encoding);
  if (Number(headers.get("content-length")) > limit) return tooLarge(limit);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > limit) return tooLarge(limit);
    chunks.push(chunk);
  }
  return { bytes: Buffer.concat(chunks) };
}

const notJson = (detail: string): { problem: Problem } => ({
  problem: { title: "The request is not valid.", status: 400, detail: `The body ${detail}.`, field: "" },
});

const encoded = (encoding: string): { problem: Problem } => ({
  problem: {
    title: "The request is not valid.",
    status: 415,
    detail: `The body is sent with the content encoding ${JSON.stringify(encoding)}; send it as it is.`,
    field: "content-encoding",
  },
});

const tooLarge = (limit: number): { problem: Problem } => ({
  problem: {
    title: "The request is too large.",
    status: 413,
    detail: `The body is larger than the limit of ${limit} bytes.`,
    field: "",
    limit,
  },
});

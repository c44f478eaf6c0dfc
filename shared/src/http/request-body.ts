import type { IncomingMessage } from "node:http";

/** Checks the `content-length` header only, before anything is read. */
export function isDeclaredTooLarge(request: IncomingMessage, limitBytes: number): boolean {
  return Number(request.headers["content-length"] ?? 0) > limitBytes;
}

/**
 * Reads the whole body. For `"tooLarge"`, the caller responds with 413 and closes the connection.
 *
 * @throws The stream's error if the client disconnects midway.
 */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | "tooLarge"> {
  if (isDeclaredTooLarge(request, limitBytes)) return "tooLarge";
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > limitBytes) return "tooLarge";
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

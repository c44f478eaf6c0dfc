import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { WebhookStream } from "../../shared/http-message.ts";

export type Reply = {
  status: number;
  /** A list gives one header line per entry. */
  headers?: Record<string, string | readonly string[]>;
  body?: string | Uint8Array;
};

/** Headers that control the transfer; this server sets them itself. */
const TRANSPORT_HEADERS = new Set(["connection", "content-length", "keep-alive", "transfer-encoding", "upgrade"]);

export function jsonReply(status: number, value: unknown): Reply {
  return { status, headers: { "content-type": "application/json; charset=utf-8" }, body: JSON.stringify(value) };
}

/**
 * Writes a complete response.
 *
 * @param customHeaders - From host.json; each is added only if the response does not have that header.
 */
export function writeReply(
  response: ServerResponse,
  reply: Reply,
  customHeaders: Readonly<Record<string, string>>,
): void {
  if (response.destroyed || response.headersSent) return;
  const { status, headers = {}, body } = reply;
  try {
    response.statusCode = status;
    for (const [name, value] of Object.entries(headers)) {
      if (!TRANSPORT_HEADERS.has(name.toLowerCase())) response.setHeader(name, value);
    }
    addCustomHeaders(response, customHeaders);
  } catch {
    // A name or value is invalid, for example because it contains a line break.
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    response.statusCode = 500;
    response.setHeader("content-length", 0);
    response.end();
    return;
  }
  const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(body as string);
  const hasNoBody = status === 204 || status === 304;
  if (!hasNoBody) response.setHeader("content-length", bytes.length);
  response.end(hasNoBody ? undefined : bytes);
}

/**
 * Writes a response in pieces, as fast as the client reads. Resolves when it has ended, or the client has disconnected.
 */
export async function writeStream(
  response: ServerResponse,
  { status, headers = {}, stream }: WebhookStream,
  customHeaders: Readonly<Record<string, string>>,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  addCustomHeaders(response, customHeaders);
  // The client may wait for the headers before it triggers the first piece.
  response.flushHeaders();
  await pipeline(Readable.from(stream(gone.signal), { highWaterMark: 1 }), response).catch(() => {});
}

/** Adds the headers of host.json that the response does not have yet. */
export function addCustomHeaders(response: ServerResponse, customHeaders: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(customHeaders)) {
    if (!response.hasHeader(name)) response.setHeader(name, value);
  }
}

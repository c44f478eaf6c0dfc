import type { PlainRequest } from "../parts/curl.ts";

/** The rest of a response is not shown: text of many megabytes slows down every browser. */
const MAX_SHOWN_BYTES = 500_000;

export type HttpAnswer = {
  status: number;
  statusText: string;
  durationMs: number;
  headers: readonly (readonly [string, string])[];
  /** Null: not text. */
  body: string | null;
  bytes: number;
  isTruncated: boolean;
};

/** @throws Error if there was no response. */
export async function sendHttp(
  { method, url, headers = [], body }: PlainRequest,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const startedAt = performance.now();
  const init = { method, signal, headers: headers.map(([name, value]): [string, string] => [name, value]) };
  const response = await fetch(url, body === undefined ? init : { ...init, body });
  const { bytes, isTruncated } = await readSome(response);
  return {
    status: response.status,
    statusText: response.statusText,
    durationMs: performance.now() - startedAt,
    headers: [...response.headers],
    body: toText(bytes),
    bytes: bytes.length,
    isTruncated,
  };
}

async function readSome({ body }: Response): Promise<{ bytes: Uint8Array; isTruncated: boolean }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = body?.getReader();
  while (reader !== undefined && size <= MAX_SHOWN_BYTES) {
    const { done, value } = await reader.read();
    if (done) return { bytes: joined(chunks, size), isTruncated: false };
    chunks.push(value);
    size += value.length;
  }
  await reader?.cancel();
  return { bytes: joined(chunks, size).subarray(0, MAX_SHOWN_BYTES), isTruncated: reader !== undefined };
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** @returns null if there are zero bytes, which text does not contain. */
export function toText(bytes: Uint8Array): string | null {
  return bytes.includes(0) ? null : new TextDecoder().decode(bytes);
}

/** The instance that a starter function reports in its response. */
export function instanceIn({ body }: Pick<HttpAnswer, "body">): string | null {
  try {
    const { id, statusQueryGetUri } = JSON.parse(body ?? "") as { id?: unknown; statusQueryGetUri?: unknown };
    return typeof id === "string" && typeof statusQueryGetUri === "string" ? id : null;
  } catch {
    return null;
  }
}

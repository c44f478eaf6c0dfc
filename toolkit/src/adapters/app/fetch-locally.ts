import http from "node:http";
import { buffer } from "node:stream/consumers";
import type { AppAnswer, AppRequest } from "./app-client.ts";

/**
 * `fetch` for a host on this machine, as far as {@link AppClient} needs it. Node's `fetch` takes 10 to 20 ms to load; `node:http` is loaded
 * with the host anyway. HTTPS requests use Node's `fetch`, which knows the trusted certificates.
 *
 * @throws TypeError like `fetch`, with the cause; or the reason of `signal`.
 */
export async function fetchLocally(url: string, request: AppRequest): Promise<AppAnswer> {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && hostname === "localhost" ? ask(url, request) : fetch(url, request);
}

async function ask(url: string, { method = "GET", headers, body, signal }: AppRequest): Promise<AppAnswer> {
  signal.throwIfAborted();
  try {
    const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
    const request = http.request(url, { method, headers, signal }, resolve);
    request.on("error", reject);
    request.end(body);
    const response = await promise;
    return toAnswer(response, await buffer(response));
  } catch (cause) {
    signal.throwIfAborted();
    throw new TypeError("fetch failed", { cause });
  }
}

function toAnswer({ statusCode: status = 0, headers }: http.IncomingMessage, content: Buffer): AppAnswer {
  if (status >= 300 && status < 400) throw new Error("unexpected redirect");
  return {
    status,
    headers: { get: (name) => headers[name]?.toString() ?? null },
    text: async () => content.toString("utf8"),
    arrayBuffer: async () => new Uint8Array(content).buffer,
  };
}

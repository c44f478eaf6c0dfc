import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { WorkerInvocationResult } from "../../worker/language-worker.ts";
import { addCustomHeaders, type Reply } from "./reply.ts";
import { absoluteUrl, fromReturnValue } from "./rpc-http.ts";

export type StreamCall = {
  request: IncomingMessage;
  response: ServerResponse;
  /** That of the library's own server in the worker. */
  port: number;
  /** Pairs the proxied request with the invocation; random, because anyone who knows it can answer for the app. */
  invocationId: string;
  customHeaders: Readonly<Record<string, string>>;
  /** Without one the library never answers the proxied request. */
  hasHttpOutput: boolean;
  bodyLimitBytes: number;
  /** Starts the invocation itself; never rejects. */
  invoke(): Promise<WorkerInvocationResult>;
};

const MAX_ANSWER_HEADER_BYTES = 1024 * 1024;
// As long as Kestrel keeps reading to preserve the connection.
const DISCARD_LIMIT_MS = 5_000;

/**
 * Forwards a request to the HTTP server that `@azure/functions` opens in streaming mode, next to the invocation that makes
 * the library handle it. Azure's host waits only for that server, so that a handler which fails or returns nothing leaves
 * the caller waiting for 240 s; here the invocation's end decides.
 *
 * @returns What to answer when nothing was streamed; `undefined` when the answer is on its way.
 */
export async function streamThroughWorker(call: StreamCall): Promise<Reply | undefined> {
  const { response } = call;
  // The library's server must not close the connection after its answer: with a body still unread that would be a reset, which
  // takes the answer with it.
  const agent = new http.Agent({ keepAlive: true });
  const upstream = openUpstream(call, agent);
  const answered = new Promise<void>((resolve) => upstream.on("response", (answer) => resolve(pipeBack(answer, call))));
  const finished = new Promise<void>((resolve) => response.once("close", resolve));
  const broken = new Promise<void>((resolve) => upstream.once("error", () => resolve()));
  upstream.on("error", () => response.headersSent && !response.writableFinished && response.destroy());
  response.once("close", () => {
    upstream.destroy();
    agent.destroy();
  });
  response.once("finish", () => discardRest(call.request, upstream));

  const tooLarge = whenTooLarge(call, upstream);
  const result = await Promise.race([call.invoke(), tooLarge]);
  if (result === "tooLarge") {
    if (!response.headersSent) return { status: 413 };
    response.destroy();
    return undefined;
  }
  if (result.status === "success" && !result.isEmpty && call.hasHttpOutput) {
    // The library sends the head before it reports success, but on another socket: it may arrive later.
    await Promise.race([answered, finished, broken]);
    if (response.headersSent) return undefined;
    return response.destroyed ? undefined : { status: 502 };
  }
  if (response.headersSent) {
    // Half an answer must not look like a whole one.
    if (result.status !== "success") response.destroy();
    return undefined;
  }
  upstream.destroy();
  if (result.status !== "success") return { status: 500 };
  return call.hasHttpOutput ? { status: 204 } : fromReturnValue(result.returnValue);
}

/** A length that was not told shows while the body passes. */
function whenTooLarge({ request, bodyLimitBytes }: StreamCall, upstream: http.ClientRequest): Promise<"tooLarge"> {
  let sizeBytes = 0;
  return new Promise((resolve) => {
    request.on("data", (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes <= bodyLimitBytes) return;
      request.unpipe(upstream);
      upstream.destroy();
      resolve("tooLarge");
    });
  });
}

function openUpstream({ request, port, invocationId }: StreamCall, agent: http.Agent): http.ClientRequest {
  // Hop-by-hop headers are not forwarded.
  const { host = "localhost", connection: _, expect: _expect, upgrade: _upgrade, ...headers } = request.headers;
  const upstream = http.request({
    agent,
    host: "127.0.0.1",
    port,
    method: request.method,
    path: request.url,
    // The size limit of requests does not apply to the app's answer.
    maxHeaderSize: MAX_ANSWER_HEADER_BYTES,
    headers: {
      ...headers,
      host: `127.0.0.1:${port}`,
      "x-forwarded-host": host,
      "x-forwarded-proto": absoluteUrl(request).split(":", 1)[0],
      "x-ms-invocation-id": invocationId,
    },
  });
  // An error of either side ends the other; what the caller sees follows from the invocation.
  request.pipe(upstream);
  return upstream;
}

function pipeBack(answer: IncomingMessage, { response, customHeaders }: StreamCall): void {
  if (response.headersSent || response.destroyed) return;
  response.statusCode = answer.statusCode ?? 500;
  for (const [name, values = []] of Object.entries(answer.headersDistinct)) {
    if (name === "connection" || name === "keep-alive" || name === "transfer-encoding") continue;
    response.setHeader(name, values.length === 1 ? values[0]! : values);
  }
  addCustomHeaders(response, customHeaders);
  response.flushHeaders();
  answer.on("aborted", () => response.destroy());
  answer.pipe(response);
}

/** The app answered without reading the whole request: the sender must not wait for a reader that never comes. */
function discardRest(request: IncomingMessage, upstream: http.ClientRequest): void {
  if (request.complete) return;
  request.unpipe(upstream);
  upstream.destroy();
  request.resume();
  const timer = setTimeout(() => request.destroy(), DISCARD_LIMIT_MS);
  request.once("close", () => clearTimeout(timer));
}

import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { WorkerInvocationResult } from "../../worker/language-worker.ts";
import { addCustomHeaders, type Reply } from "./reply.ts";
import { absoluteUrl, fromReturnValue } from "./rpc-http.ts";

type StreamCall = {
  request: IncomingMessage;
  response: ServerResponse;
  /** Port of the library's own server in the worker. */
  port: number;
  /** Pairs the proxied request with the invocation; random, because anyone who knows it can answer for the app. */
  invocationId: string;
  customHeaders: Readonly<Record<string, string>>;
  /** Without an http output, the library never answers the proxied request. */
  hasHttpOutput: boolean;
  bodyLimitBytes: number;
  /** Starts the invocation itself; never rejects. */
  invoke(): Promise<WorkerInvocationResult>;
};

const MAX_ANSWER_HEADER_BYTES = 1024 * 1024;
// The time for which Kestrel keeps reading to preserve the connection.
const DISCARD_LIMIT_MS = 5_000;

/**
 * Forwards a request to the HTTP server that `@azure/functions` opens in streaming mode, alongside the invocation that
 * makes the library handle it. Azure's host waits only for that server, so a handler that fails or returns nothing
 * keeps the caller waiting for 240 s; here the end of the invocation decides.
 *
 * @returns The response if nothing was streamed; `undefined` if the response is already being sent.
 */
export async function streamThroughWorker(call: StreamCall): Promise<Reply | undefined> {
  const { response } = call;
  // The library's server must not close the connection after its response: with a body still unread, that would be a
  // reset, which discards the response.
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
    // The library sends the head before it reports success, but on another socket, so the head may arrive later.
    await Promise.race([answered, finished, broken]);
    if (response.headersSent) return undefined;
    return response.destroyed ? undefined : { status: 502 };
  }
  return withoutStream(result, call, upstream);
}

/** The response to a call that has not streamed one, or failed while it did. */
function withoutStream(
  result: WorkerInvocationResult,
  { response, hasHttpOutput }: StreamCall,
  upstream: http.ClientRequest,
): Reply | undefined {
  if (response.headersSent) {
    // A partial response must not look complete.
    if (result.status !== "success") response.destroy();
    return undefined;
  }
  upstream.destroy();
  if (result.status !== "success") return { status: 500 };
  return hasHttpOutput ? { status: 204 } : fromReturnValue(result.returnValue);
}

/** For a body without a declared length, the size is checked as it passes through. */
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
    // The size limit of requests does not apply to the app's response.
    maxHeaderSize: MAX_ANSWER_HEADER_BYTES,
    headers: {
      ...headers,
      host: `127.0.0.1:${port}`,
      "x-forwarded-host": host,
      "x-forwarded-proto": absoluteUrl(request).split(":", 1)[0],
      "x-ms-invocation-id": invocationId,
    },
  });
  // An error on either side ends the other; the invocation determines what the caller sees.
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

/**
 * The app responded without reading the whole request: the rest is discarded, because otherwise the sender would wait
 * forever.
 */
function discardRest(request: IncomingMessage, upstream: http.ClientRequest): void {
  if (request.complete) return;
  request.unpipe(upstream);
  upstream.destroy();
  request.resume();
  const timer = setTimeout(() => request.destroy(), DISCARD_LIMIT_MS);
  request.once("close", () => clearTimeout(timer));
}

import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type AllowedUsers, isSameSecret, type Logger, readBody, refuseOtherUsers } from "@same-kit/shared";
import type { WebhookHandler, WebhookResponse } from "../shared/http-message.ts";
import { formatTraceParent, type SpanContext } from "../telemetry/index.ts";
import { RPC_PATH } from "./route.ts";

export type RpcListener = {
  /** For the client binding's `rpcBaseUrl`; ends with a slash, because the SDK resolves paths relative to it. */
  baseUrl: string;
  /**
   * The base URL for a call that runs in a span: what the app starts without a parent of its own becomes a child of
   * that span.
   */
  baseUrlFor(span: SpanContext | null): string;
  /** Ends open connections as well. Safe to call twice. */
  stop(): Promise<void>;
};

// As in the extension: its fixed port first, then a few random ports of this range.
const PREFERRED_PORT = 17071;
const RANDOM_PORTS = { from: 30_000, count: 1000, tries: 9 };

// More than the app accepts as a request body, which it may pass on as an input. Azure's own limit here is Kestrel's,
// 28.6 MiB.
const BODY_LIMIT_BYTES = 128 * 1024 * 1024;
const PATH_KEY_BYTES = 24;

type RpcListenerOptions = {
  log: Logger;
  /** Who may connect besides this process's user and root. Default: no one. */
  allowUsers?: AllowedUsers | undefined;
  /** For tests: 0 takes any free port. */
  preferredPort?: number;
};

/**
 * Serves the management API to the SDK in the worker, on loopback. The SDK sends no key, so the base URL contains one,
 * which only the worker receives: where the system does not tell users apart, it keeps others out.
 *
 * @see Azure/azure-functions-durable-extension, LocalHttpListener.cs
 */
export async function startRpcListener(
  handler: WebhookHandler,
  { log, allowUsers, preferredPort = PREFERRED_PORT }: RpcListenerOptions,
): Promise<RpcListener> {
  const mount = `${RPC_PATH}/${randomBytes(PATH_KEY_BYTES).toString("base64url")}`;
  const server = createServer((request, response) => {
    serve(handler, mount, { request, response }).catch((error: unknown) => {
      log.error("The local durable endpoint failed to answer.", { error: String(error) });
      response.destroy();
    });
  });
  refuseOtherUsers(server, { allowUsers, log });
  const port = await listenOnOneOf(server, candidatePorts(preferredPort));
  const baseUrl = `http://127.0.0.1:${port}${mount}/`;
  log.debug("The local durable endpoint listens.", { port });
  let stopped: Promise<void> | undefined;
  return {
    baseUrl,
    baseUrlFor: (span) => (span === null ? baseUrl : baseUrl + traceSegment(span)),
    stop: () => {
      stopped ??= close(server);
      return stopped;
    },
  };
}

type Exchange = { request: IncomingMessage; response: ServerResponse };

async function serve(handler: WebhookHandler, mount: string, { request, response }: Exchange): Promise<void> {
  const url = ownUrl(request);
  // Pages in a browser can reach loopback too. The SDK sends neither of these headers, nor a host name other than the
  // given one.
  const isPage = request.headers.origin !== undefined || request.headers["sec-fetch-site"] !== undefined;
  if (url === undefined || isPage || !isBelow(url.pathname, mount)) return refuse(response, 403);
  const body = await readBody(request, BODY_LIMIT_BYTES);
  if (body === "tooLarge") return refuse(response, 413);
  const { path, headers } = splitTrace(url.pathname.slice(mount.length));
  url.pathname = RPC_PATH + path;
  const told = request.headers["traceparent"] === undefined ? headers : {};
  const allHeaders = { ...told, ...joinedHeaders(request) };
  send(response, await handler({ method: request.method ?? "GET", url, headers: allHeaders, body }));
}

/** @returns `undefined` if the request is for a host other than this machine, or its target is not a path. */
function ownUrl({ url = "/", headers: { host = "" } }: IncomingMessage): URL | undefined {
  const isOwn = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(host) && /^\/(?!\/)/.test(url);
  return isOwn && URL.canParse(url, `http://${host}`) ? new URL(url, `http://${host}`) : undefined;
}

/** The mount path contains the key. */
function isBelow(path: string, mount: string): boolean {
  return isSameSecret(path.slice(0, mount.length + 1), `${mount}/`);
}

const TRACE = /^\/trace\/([^/,]+)(?:,([^/]*))?(?=\/)/;

function traceSegment(span: SpanContext): string {
  const state = span.traceState === null ? "" : `,${encodeURIComponent(span.traceState)}`;
  return `trace/${formatTraceParent(span)}${state}/`;
}

/**
 * The SDK sends trace headers only if the app has its own OpenTelemetry SDK; otherwise the base URL contains the
 * context.
 */
function splitTrace(path: string): { path: string; headers: Record<string, string> } {
  const [segment, traceparent, state] = TRACE.exec(path) ?? [];
  if (segment === undefined || traceparent === undefined) return { path, headers: {} };
  const headers = { traceparent, ...(state === undefined ? {} : { tracestate: decodeURIComponent(state) }) };
  return { path: path.slice(segment.length), headers };
}

/** Unread parts of the body would be parsed as the next request. */
function refuse(response: ServerResponse, status: number): void {
  send(response, { status, headers: { connection: "close" } });
}

function send(response: ServerResponse, { status, headers = {}, body = "" }: WebhookResponse): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...headers, "content-length": bytes.length }).end(bytes);
}

function joinedHeaders({ headers }: IncomingMessage): Record<string, string> {
  const entries = Object.entries(headers).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, Array.isArray(value) ? value.join(",") : String(value)]),
  );
}

function candidatePorts(preferred: number): number[] {
  const random = () => RANDOM_PORTS.from + Math.floor(Math.random() * RANDOM_PORTS.count);
  return [preferred, ...Array.from({ length: RANDOM_PORTS.tries }, random)];
}

async function listenOnOneOf(server: Server, ports: readonly number[]): Promise<number> {
  let lastError: unknown;
  for (const port of ports) {
    try {
      return await listen(server, port);
    } catch (error) {
      lastError = error;
    }
  }
  throw lastError;
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Logger } from "@same-kit/shared";
import type { WebhookHandler, WebhookResponse } from "../shared/http-message.ts";
import { RPC_PATH } from "./route.ts";

export type RpcListener = {
  /** For the client binding's `rpcBaseUrl`; ends with a slash, because the SDK resolves relative to it. */
  baseUrl: string;
  /** Ends open connections too; safe to call twice. */
  stop(): Promise<void>;
};

// The extension's own choice: its fixed port first, then a few random ones of this range.
const PREFERRED_PORT = 17071;
const RANDOM_PORTS = { from: 30_000, count: 1000, tries: 9 };

/**
 * Serves the management API to the SDK in the worker, on loopback and without a key. `preferredPort` is for tests: 0 takes any
 * free port.
 *
 * @see Azure/azure-functions-durable-extension, LocalHttpListener.cs
 */
export async function startRpcListener(
  handler: WebhookHandler,
  { log, preferredPort = PREFERRED_PORT }: { log: Logger; preferredPort?: number },
): Promise<RpcListener> {
  const server = createServer((request, response) => {
    serve(handler, request, response).catch((error: unknown) => {
      log.error("The local durable endpoint failed to answer.", { error: String(error) });
      response.destroy();
    });
  });
  const port = await listenOnOneOf(server, candidatePorts(preferredPort));
  log.debug("The local durable endpoint listens.", { port });
  let stopped: Promise<void> | undefined;
  return {
    baseUrl: `http://127.0.0.1:${port}${RPC_PATH}/`,
    stop: () => {
      stopped ??= close(server);
      return stopped;
    },
  };
}

async function serve(handler: WebhookHandler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const authority = request.headers.host ?? "";
  // Pages in a browser can reach loopback too; the SDK never sends an Origin, nor another name than the one it was given.
  if (request.headers.origin !== undefined || !isLoopback(authority)) return send(response, { status: 403 });
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const answer = await handler({
    method: request.method ?? "GET",
    url: new URL(request.url ?? "/", `http://${authority}`),
    headers: joinedHeaders(request),
    body: Buffer.concat(chunks),
  });
  send(response, answer);
}

function send(response: ServerResponse, { status, headers = {}, body = "" }: WebhookResponse): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...headers, "content-length": bytes.length }).end(bytes);
}

function isLoopback(authority: string): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(authority);
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

import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Server } from "node:https";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { CertificatePair } from "@same-kit/shared";
import { type Logger, readBody, refuseOtherUsers } from "@same-kit/shared";
import type { Answer, Handler, MiniRequest } from "./answer.ts";

export type HttpsListener = { port: number; stop(): Promise<void> };

/** A request before its body is read. */
export type RequestHead = Omit<MiniRequest, "body">;

type ListenOptions = {
  certificate: CertificatePair;
  /** Preferred port, 0 for any; if it is in use, a free one is chosen. */
  port: number;
  handler: Handler;
  /** A larger body is answered with 413. */
  bodyLimitBytes: number;
  /** Returns the response to a request whose body need not be read; null to read it. */
  refuse?: (head: RequestHead) => Answer | null;
  log: Logger;
};

/** Serves `handler` over HTTPS on the loopback interface, for this user's processes only. */
export async function listenHttps(options: ListenOptions): Promise<HttpsListener> {
  const { certificate, privateKey } = options.certificate;
  const server = createServer({ cert: certificate, key: privateKey }, (incoming, outgoing) => {
    void respond(incoming, outgoing, options);
  });
  refuseOtherUsers(server, { log: options.log });
  await bind(server, options.port);
  const bound = (server.address() as AddressInfo).port;
  return {
    port: bound,
    async stop() {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function bind(server: Server, port: number): Promise<void> {
  try {
    await tryBind(server, port);
  } catch (error) {
    if (port === 0 || (error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    await tryBind(server, 0);
  }
}

async function tryBind(server: Server, port: number): Promise<void> {
  const listening = once(server, "listening");
  server.listen(port, "127.0.0.1");
  await listening;
}

async function respond(incoming: IncomingMessage, outgoing: ServerResponse, options: ListenOptions): Promise<void> {
  try {
    const url = readUrl(incoming);
    if (url === null || !isDecodable(url.pathname)) return leave(outgoing, { status: 400, body: "Bad Request" });
    const { method = "GET", headers } = incoming;
    const head = { method, url, headers };
    const refusal = options.refuse?.(head) ?? null;
    if (refusal !== null) return leave(outgoing, refusal);
    const body = await readBody(incoming, options.bodyLimitBytes);
    if (body === "tooLarge") return leave(outgoing, tooLarge(options.bodyLimitBytes));
    send(outgoing, await options.handler({ ...head, body }));
  } catch (error) {
    if (!outgoing.headersSent)
      send(outgoing, { status: 500, body: { error: { code: "MiniAzureFault", message: String(error) } } });
  }
}

function tooLarge(limitBytes: number): Answer {
  const message = `The request content exceeds the maximum size of ${limitBytes} bytes.`;
  return { status: 413, body: { error: { code: "RequestContentTooLarge", message } } };
}

/** Responds without having read the body, so the connection cannot be reused. */
function leave(outgoing: ServerResponse, answer: Answer): void {
  outgoing.setHeader("connection", "close");
  send(outgoing, answer);
}

/** @returns null if the request target is not a valid URL. */
function readUrl({ url = "/", headers }: IncomingMessage): URL | null {
  // azurerm requests `//metadata/endpoints`, which would be resolved to another host.
  const pathAndQuery = url.replace(/^\/{2,}/, "/");
  const base = `https://${headers.host ?? "localhost"}`;
  return URL.canParse(pathAndQuery, base) ? new URL(pathAndQuery, base) : null;
}

function isDecodable(pathname: string): boolean {
  try {
    decodeURIComponent(pathname);
    return true;
  } catch {
    return false;
  }
}

function send(outgoing: ServerResponse, answer: Answer): void {
  if ("kind" in answer) {
    outgoing.destroy();
    return;
  }
  const { status, headers = {}, body = "" } = answer;
  const isJson = typeof body === "object" && !Buffer.isBuffer(body);
  const bytes = Buffer.from(isJson ? JSON.stringify(body) : (body as string | Buffer));
  outgoing.writeHead(status, {
    ...(isJson ? { "content-type": "application/json; charset=utf-8" } : {}),
    ...headers,
    "content-length": String(bytes.length),
  });
  outgoing.end(bytes);
}

import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Server } from "node:https";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { CertificatePair } from "../certificate.ts";
import type { Answer, Handler } from "./answer.ts";

export type HttpsListener = { port: number; stop(): Promise<void> };

export type ListenOptions = {
  certificate: CertificatePair;
  /** The port to prefer, 0 for any; a taken one is replaced by a free one. */
  port: number;
  handler: Handler;
};

/** Serves `handler` over HTTPS on the loopback interface. */
export async function listenHttps({ certificate, port, handler }: ListenOptions): Promise<HttpsListener> {
  const server = createServer({ cert: certificate.certificate, key: certificate.privateKey }, (incoming, outgoing) => {
    void respond(incoming, outgoing, handler);
  });
  await bind(server, port);
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

async function respond(incoming: IncomingMessage, outgoing: ServerResponse, handler: Handler): Promise<void> {
  try {
    const url = readUrl(incoming);
    const body = await readBody(incoming);
    const { method = "GET", headers } = incoming;
    const isReadable = url !== null && isDecodable(url.pathname);
    send(outgoing, isReadable ? await handler({ method, url, headers, body }) : { status: 400, body: "Bad Request" });
  } catch (error) {
    if (!outgoing.headersSent)
      send(outgoing, { status: 500, body: { error: { code: "MiniAzureFault", message: String(error) } } });
  }
}

/** @returns null where the request line holds no address. */
function readUrl({ url = "/", headers }: IncomingMessage): URL | null {
  // azurerm asks for `//metadata/endpoints`, which resolved against a base would be another host.
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

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

// Serves the blobs of the in-memory storage over HTTP on this machine, for the app's own code, which uses Azure's
// client.

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { type AllowedUsers, type Logger, reasonOf, refuseOtherUsers } from "@same-kit/shared";
import { StorageError, statusOf } from "../../storage-errors.ts";
import type { MemoryContainer } from "../memory-container.ts";
import { answerBlobRequest, type BlobAnswer } from "./blob-requests.ts";
import { errorXml } from "./list-xml.ts";
import { type AccountKey, isSigned } from "./shared-key.ts";

export type ServedBlobs = {
  connectionString: string;
  /** Without a trailing slash. */
  blobEndpoint: string;
  stop(): Promise<void>;
};

const HOST = "127.0.0.1";
const ACCOUNT = "devstoreaccount1";
const KEY_BYTES = 64;
// The most that a client sends in one request by default.
const MAX_BODY_BYTES = 256 * 1024 * 1024;
const NO_SUCH_SERVICE = "There are no queues and no tables with --storage none: use --storage memory.";

/** Serves the containers that `containerOf` returns, on a free port, to clients of this user that have the key. */
export async function serveBlobs(
  containerOf: (name: string) => MemoryContainer,
  { log, allowUsers }: { log: Logger; allowUsers?: AllowedUsers | undefined },
): Promise<ServedBlobs> {
  const key: AccountKey = { account: ACCOUNT, key: randomBytes(KEY_BYTES).toString("base64") };
  const server = http.createServer((request, response) => {
    void answer(request, key, containerOf)
      .catch((error: unknown) => toErrorAnswer(error, log))
      .then(({ status, headers = {}, body }) => {
        response.writeHead(status, { "x-ms-version": "2021-12-02", ...headers });
        response.end(request.method === "HEAD" ? undefined : body);
      });
  });
  refuseOtherUsers(server, { log, allowUsers });
  server.listen(0, HOST);
  await once(server, "listening");
  const base = `http://${HOST}:${(server.address() as AddressInfo).port}`;
  const endpoints = `BlobEndpoint=${base}/${ACCOUNT};QueueEndpoint=${base}/queue/${ACCOUNT};TableEndpoint=${base}/table/${ACCOUNT};`;
  return {
    connectionString: `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${key.key};${endpoints}`,
    blobEndpoint: `${base}/${ACCOUNT}`,
    async stop() {
      server.closeAllConnections();
      server.close();
      if (server.listening) await once(server, "close");
    },
  };
}

async function answer(
  request: http.IncomingMessage,
  key: AccountKey,
  containerOf: (name: string) => MemoryContainer,
): Promise<BlobAnswer> {
  const url = new URL(request.url ?? "/", "http://localhost");
  const [, account = "", containerName = "", ...name] = url.pathname.split("/");
  if (account !== ACCOUNT) throw new StorageError(501, "NotImplemented", NO_SUCH_SERVICE);
  if (!isSigned(request, url, key)) throw new StorageError(403, "AuthenticationFailed");
  const body = await readAll(request);
  const blobName = name.map(decodeURIComponent).join("/");
  const { method = "GET", headers } = request;
  const container = containerOf(decodeURIComponent(containerName));
  return answerBlobRequest({ method, blobName, query: url.searchParams, headers, body }, container);
}

async function readAll(request: http.IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.byteLength;
    if (size > MAX_BODY_BYTES) throw new StorageError(413, "RequestBodyTooLarge");
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function toErrorAnswer(error: unknown, log: Logger): BlobAnswer {
  const status = statusOf(error) ?? 500;
  if (status === 500) log.warn("A request to the storage in memory failed.", { reason: reasonOf(error) });
  const code = error instanceof StorageError ? error.code : "InternalError";
  const headers = { "content-type": "application/xml", "x-ms-error-code": code };
  return { status, headers, body: errorXml(code, reasonOf(error)) };
}

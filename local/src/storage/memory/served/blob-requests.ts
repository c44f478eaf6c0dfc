// The requests of Azure's blob service that clients need to store blobs: containers, whole block blobs, parts of them,
// lists.

import type { IncomingHttpHeaders } from "node:http";
import { StorageError } from "../../storage-errors.ts";
import type { MemoryContainer, StoredBlob } from "../memory-container.ts";
import { listXml } from "./list-xml.ts";

type BlobRequest = {
  method: string;
  /** Decoded; empty for a request about the container. */
  blobName: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
};

export type BlobAnswer = { status: number; headers?: Record<string, string>; body?: Buffer | string };

const MAX_LISTED = 5000;
const METADATA = "x-ms-meta-";

/** @throws StorageError, also 501 for unsupported requests. */
export async function answerBlobRequest(request: BlobRequest, container: MemoryContainer): Promise<BlobAnswer> {
  const { method, blobName, query } = request;
  const comp = query.get("comp");
  if (blobName === "") return answerContainerRequest(request, container);
  if (comp !== null) throw notServed(`"comp=${comp}" of a blob`);
  switch (method) {
    case "PUT":
      return put(request, container);
    case "GET":
      return get(request, await container.read(blobName));
    case "HEAD":
      return { status: 200, headers: headersOf(await container.read(blobName)) };
    case "DELETE":
      if (!(await container.deleteIfExists(blobName))) throw new StorageError(404, "BlobNotFound");
      return { status: 202 };
    default:
      throw notServed(`${method} of a blob`);
  }
}

async function answerContainerRequest({ method, query }: BlobRequest, container: MemoryContainer): Promise<BlobAnswer> {
  if (query.get("restype") !== "container") throw notServed("A request for the account");
  if (method === "PUT" && query.get("comp") === null) {
    if (await container.exists()) throw new StorageError(409, "ContainerAlreadyExists");
    await container.createIfNotExists();
    return { status: 201 };
  }
  if (method === "GET" && query.get("comp") === "list") return list(query, container);
  if (method === "GET" || method === "HEAD") {
    if (!(await container.exists())) throw new StorageError(404, "ContainerNotFound");
    return { status: 200 };
  }
  throw notServed(`${method} of a container`);
}

async function put({ blobName, headers, body }: BlobRequest, container: MemoryContainer): Promise<BlobAnswer> {
  const type = headers["x-ms-blob-type"];
  if (type !== "BlockBlob") throw notServed(`A blob of type ${type}`);
  for (const condition of ["if-match", "x-ms-lease-id", "x-ms-copy-source"]) {
    if (headers[condition] !== undefined) throw notServed(`"${condition}" of an upload`);
  }
  const metadata = Object.entries(headers).filter(([name]) => name.startsWith(METADATA));
  const contentType = headers["x-ms-blob-content-type"] ?? headers["content-type"];
  const contentEncoding = headers["x-ms-blob-content-encoding"];
  const stored = await container.upload(blobName, body, {
    ...(contentType === undefined ? {} : { contentType: String(contentType) }),
    ...(contentEncoding === undefined ? {} : { contentEncoding: String(contentEncoding) }),
    metadata: Object.fromEntries(metadata.map(([name, value]) => [name.slice(METADATA.length), String(value)])),
    onlyIfNew: headers["if-none-match"] === "*",
  });
  return { status: 201, headers: { etag: `"${stored.etag}"`, "last-modified": stored.modifiedAt.toUTCString() } };
}

function get({ headers }: BlobRequest, blob: StoredBlob): BlobAnswer {
  const range = /^bytes=(\d+)-(\d*)$/.exec(String(headers["x-ms-range"] ?? headers.range ?? ""));
  if (range === null) return { status: 200, headers: headersOf(blob), body: blob.content };
  const first = Number(range[1]);
  const last = Math.min(range[2] ? Number(range[2]) : Number.POSITIVE_INFINITY, blob.sizeBytes - 1);
  if (first > last) throw new StorageError(416, "InvalidRange");
  const part = blob.content.subarray(first, last + 1);
  const own = {
    "content-length": String(part.byteLength),
    "content-range": `bytes ${first}-${last}/${blob.sizeBytes}`,
  };
  return { status: 206, headers: { ...headersOf(blob), ...own }, body: part };
}

async function list(query: URLSearchParams, container: MemoryContainer): Promise<BlobAnswer> {
  if (query.has("delimiter")) throw notServed("A list by delimiter");
  const marker = query.get("marker") ?? "";
  const blobs = await Array.fromAsync(container.list(query.get("prefix") ?? ""));
  const rest = blobs.filter(({ name }) => name >= marker);
  const size = Math.min(Number(query.get("maxresults") ?? MAX_LISTED), MAX_LISTED);
  const body = listXml(container.name, rest.slice(0, size), rest[size]?.name ?? "");
  return { status: 200, headers: { "content-type": "application/xml" }, body };
}

function headersOf(blob: StoredBlob): Record<string, string> {
  return {
    "content-length": String(blob.sizeBytes),
    "content-type": blob.contentType,
    ...(blob.contentEncoding === null ? {} : { "content-encoding": blob.contentEncoding }),
    "accept-ranges": "bytes",
    etag: `"${blob.etag}"`,
    "last-modified": blob.modifiedAt.toUTCString(),
    "x-ms-blob-type": "BlockBlob",
    "x-ms-lease-status": "unlocked",
    "x-ms-lease-state": "available",
    ...Object.fromEntries(Object.entries(blob.metadata).map(([name, value]) => [`${METADATA}${name}`, value])),
  };
}

const notServed = (what: string): StorageError =>
  new StorageError(501, "NotImplemented", `${what} is not served by --storage none: use --storage memory.`);

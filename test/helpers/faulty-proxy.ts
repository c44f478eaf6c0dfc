// A proxy between host and storage that does to requests what networks and busy services do, determined by a seed.

import http from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { seededRandom } from "@same-kit/shared";
import { onTestFinished } from "vitest";
import { type AzureStorageAccount, openStorage } from "../../local/src/storage/azure/open-storage.ts";
import type { StorageAccount } from "../../local/src/storage/storage-account.ts";

/** In this order, as shares of all requests. */
const FAULTS = {
  /** The connection breaks before the request arrives. */
  dropped: 0.03,
  /** It arrives, but its response does not. */
  lost: 0.03,
  /** It arrives a second time. */
  doubled: 0.02,
  busy: 0.02,
  broken: 0.01,
  /** Another writer seems to have been first; only for conditional requests. */
  conflict: 0.01,
  late: 0.04,
  /** No response for so long that clients give up. */
  silent: 0.002,
} as const;
type Fault = keyof typeof FAULTS;

const MAX_DELAY_MS = 1_500;
const SILENCE_MS = 10_000;
const DEFAULT_SEED = 20_261_125;

export type FaultyStorage = {
  storage: StorageAccount;
  /** For another process. */
  connectionString: string;
  /** Until then there are no faults. */
  arm(): void;
  disarm(): void;
  /** How many requests met a fault. */
  faults(): number;
};

type Request = {
  method: string | undefined;
  path: string | undefined;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
};

/** The same account over faulty connections, with the fault of each request determined by the seed. */
export async function withFaults(
  { connectionString }: AzureStorageAccount,
  { seed = DEFAULT_SEED }: { seed?: number } = {},
): Promise<FaultyStorage> {
  let isArmed = false;
  let faults = 0;
  const random = seededRandom(seed);
  const targets = new Map<number, number>();
  const handle: http.RequestListener = async (incoming, response) => {
    const port = targets.get(incoming.socket.localPort ?? 0) ?? 0;
    const request = await read(incoming);
    const fault = isArmed ? draw(random, request) : null;
    if (fault !== null) faults += 1;
    await answer(request, { fault, port, random, response }).catch(() => incoming.socket.destroy());
  };
  let text = connectionString;
  for (const [, port = ""] of connectionString.matchAll(/Endpoint=http:\/\/[^:]+:(\d+)/g)) {
    const own = await listen(handle);
    targets.set(own, Number(port));
    text = text.replace(`:${port}/`, `:${own}/`);
  }
  return {
    storage: openStorage(text),
    connectionString: text,
    arm: () => {
      isArmed = true;
    },
    disarm: () => {
      isArmed = false;
    },
    faults: () => faults,
  };
}

function draw(random: () => number, { headers }: Request): Fault | null {
  let drawn = random();
  for (const [fault, share] of Object.entries(FAULTS) as [Fault, number][]) {
    if (drawn < share) return fault === "conflict" && !headers["if-match"]?.startsWith("W/") ? null : fault;
    drawn -= share;
  }
  return null;
}

type Answering = { fault: Fault | null; port: number; random: () => number; response: http.ServerResponse };

/** Rejects if the connection is supposed to break. */
async function answer(request: Request, { fault, port, random, response }: Answering): Promise<void> {
  switch (fault) {
    case "dropped":
      throw new Error("dropped");
    case "silent":
      await delay(SILENCE_MS, undefined, { ref: false });
      throw new Error("silent");
    case "busy":
      response.writeHead(503).end();
      return;
    case "broken":
      response.writeHead(500).end();
      return;
    case "conflict":
      response.writeHead(412).end();
      return;
    case "late":
      await delay(random() * MAX_DELAY_MS, undefined, { ref: false });
      break;
    case "lost":
      (await forward(request, port)).resume();
      throw new Error("lost");
    case "doubled":
    case null:
  }
  const answered = await forward(request, port);
  if (fault === "doubled") (await forward(request, port)).resume();
  answered.pipe(response.writeHead(answered.statusCode ?? 500, answered.headers));
}

async function read(incoming: http.IncomingMessage): Promise<Request> {
  const { method, url, headers } = incoming;
  const parts = await incoming.toArray().catch(() => []);
  return { method, path: url, headers, body: Buffer.concat(parts as Buffer[]) };
}

function forward({ method, path, headers, body }: Request, port: number): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const forwarded = http.request({ host: "127.0.0.1", port, method, path, headers }, resolve);
    forwarded.on("error", reject);
    forwarded.end(body);
  });
}

async function listen(handle: http.RequestListener): Promise<number> {
  const server = http.createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

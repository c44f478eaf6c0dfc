import http from "node:http";
import type { AddressInfo } from "node:net";
import { type PeerPolicy, refuseOtherUsers } from "@same-kit/shared";
import { HostError } from "../errors.ts";

/** Kestrel's limit of a request's headers; Node's own is half of it, which large tokens and cookies exceed. */
const HEADER_LIMIT_BYTES = 32 * 1024;

/** How long a client may take to send a request. */
export type RequestTimeouts = {
  headersMs: number;
  /** Headers and body. */
  requestMs: number;
  /** How often it is checked. */
  checkMs: number;
};

// Kestrel's limit for the headers. A body has Node's five minutes: a slow reader in the app slows its sender down too.
const DEFAULT_TIMEOUTS: RequestTimeouts = { headersMs: 30_000, requestMs: 300_000, checkMs: 5_000 };

export type ListenOptions = PeerPolicy & { timeouts?: RequestTimeouts };

export type Listening = {
  port: number;
  /** Stops accepting, then ends the connections: idle ones at once, the others after `graceMs`. */
  close(graceMs: number): Promise<void>;
};

// Two loopback addresses and one port number: a port that the system chose for one may be taken on the other.
const FREE_PORT_ATTEMPTS = 10;

/**
 * Listens on 127.0.0.1 and, where the machine has it, on ::1: `localhost` may mean either, and nothing else may reach us. Of this
 * machine's users only those of the policy may.
 *
 * @throws HostError `ERR_PORT_IN_USE`
 */
export async function listenOnLoopback(
  port: number,
  onRequest: http.RequestListener,
  options: ListenOptions,
): Promise<Listening> {
  const create = () => createServer(onRequest, options);
  for (let attempt = 1; ; attempt++) {
    const v4 = await listen(create(), port, "127.0.0.1");
    const actualPort = (v4.address() as AddressInfo).port;
    try {
      const v6 = await listenOnIpv6(create(), actualPort);
      const servers = v6 === undefined ? [v4] : [v4, v6];
      return {
        port: actualPort,
        close: async (graceMs) => void (await Promise.all(servers.map((it) => close(it, graceMs)))),
      };
    } catch (error) {
      await close(v4, 0);
      if (port !== 0 || attempt >= FREE_PORT_ATTEMPTS) throw error;
    }
  }
}

async function listenOnIpv6(server: http.Server, port: number): Promise<http.Server | undefined> {
  try {
    return await listen(server, port, "::1");
  } catch (error) {
    if (error instanceof HostError && error.code === "ERR_PORT_UNAVAILABLE") return undefined;
    throw error;
  }
}

function createServer(
  onRequest: http.RequestListener,
  { timeouts = DEFAULT_TIMEOUTS, ...policy }: ListenOptions,
): http.Server {
  const limits = {
    keepAliveTimeout: 65_000,
    headersTimeout: timeouts.headersMs,
    requestTimeout: timeouts.requestMs,
    connectionsCheckingInterval: timeouts.checkMs,
    maxHeaderSize: HEADER_LIMIT_BYTES,
  };
  const server = http.createServer(limits, onRequest);
  refuseOtherUsers(server, policy);
  return server;
}

function listen(server: http.Server, port: number, host: string): Promise<http.Server> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => reject(toError(port, host, cause)));
    server.listen({ port, host, exclusive: true }, () => resolve(server));
  });
}

function toError(port: number, host: string, cause: NodeJS.ErrnoException): HostError {
  if (cause.code === "EADDRINUSE") {
    return new HostError({
      code: "ERR_PORT_IN_USE",
      message: `Port ${port} on ${host} is in use by another program.`,
      hint: "Stop that program, or choose another port with --port.",
      cause,
    });
  }
  return new HostError({
    code: "ERR_PORT_UNAVAILABLE",
    message: `Port ${port} on ${host} cannot be opened: ${cause.message}.`,
    cause,
  });
}

function close(server: http.Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}

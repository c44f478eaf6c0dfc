import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { type PeerPolicy, refuseOtherUsers } from "@same-kit/shared";
import { HostError, PortInUseError } from "../errors.ts";
import type { ServerCertificate } from "./https-certificate.ts";
import { OpenConnections } from "./open-connections.ts";

/** Kestrel's limit for a request's headers; Node's default is half of it, which large tokens and cookies exceed. */
const HEADER_LIMIT_BYTES = 32 * 1024;

/** After this time, a connection without a TLS handshake no longer delays a stopping host. */
const HANDSHAKE_LIMIT_MS = 10_000;

/** How long a client may take to send a request. */
type RequestTimeouts = {
  headersMs: number;
  /** Headers and body. */
  requestMs: number;
  /** How often the limits are checked. */
  checkMs: number;
};

// Kestrel's limit for the headers. A body gets Node's five minutes: a slow reader in the app slows down its sender too.
const DEFAULT_TIMEOUTS: RequestTimeouts = { headersMs: 30_000, requestMs: 300_000, checkMs: 5_000 };

export type ListenOptions = PeerPolicy & {
  timeouts?: RequestTimeouts;
  /** HTTPS with this certificate; absent: HTTP. */
  tls?: ServerCertificate["tls"] | undefined;
};

export type Listening = {
  port: number;
  /** Stops accepting connections, then ends them: idle ones immediately, the others after `graceMs`. */
  close(graceMs: number): Promise<void>;
};

// Two loopback addresses share one port number: a port that the system chose for one may be in use on the other.
const FREE_PORT_ATTEMPTS = 10;

/**
 * Listens on 127.0.0.1 and, if the machine has it, on ::1: `localhost` may mean either, and the port must not be
 * reachable otherwise. Of this machine's users, only those of the policy may connect.
 *
 * @throws PortInUseError
 */
export async function listenOnLoopback(
  port: number,
  onRequest: http.RequestListener,
  options: ListenOptions,
): Promise<Listening> {
  const open = (host: string, on: number) => listen(createServer(onRequest, options), on, host);
  for (let attempt = 1; ; attempt++) {
    const v4 = await open("127.0.0.1", port);
    const actualPort = (v4.server.address() as AddressInfo).port;
    try {
      const v6 = await open("::1", actualPort).catch(undefinedIfUnavailable);
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

function undefinedIfUnavailable(error: unknown): undefined {
  if (!(error instanceof HostError && error.code === "ERR_PORT_UNAVAILABLE")) throw error;
}

type Server = { server: http.Server | https.Server; connections: OpenConnections };

function createServer(
  onRequest: http.RequestListener,
  { timeouts = DEFAULT_TIMEOUTS, tls, ...policy }: ListenOptions,
): Server {
  const limits = {
    keepAliveTimeout: 65_000,
    headersTimeout: timeouts.headersMs,
    requestTimeout: timeouts.requestMs,
    connectionsCheckingInterval: timeouts.checkMs,
    maxHeaderSize: HEADER_LIMIT_BYTES,
  };
  const server =
    tls === undefined
      ? http.createServer(limits, onRequest)
      : https.createServer({ ...limits, ...tls, handshakeTimeout: HANDSHAKE_LIMIT_MS }, onRequest);
  const connections = new OpenConnections(server);
  refuseOtherUsers(server, policy);
  return { server, connections };
}

function listen(created: Server, port: number, host: string): Promise<Server> {
  const { server } = created;
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => reject(toError(port, host, cause)));
    server.listen({ port, host, exclusive: true }, () => resolve(created));
  });
}

function toError(port: number, host: string, cause: NodeJS.ErrnoException): HostError {
  if (cause.code === "EADDRINUSE") {
    return new PortInUseError(port, `Port ${port} on ${host} is in use by another program.`, cause);
  }
  return new HostError({
    code: "ERR_PORT_UNAVAILABLE",
    message: `Port ${port} on ${host} cannot be opened: ${cause.message}.`,
    cause,
  });
}

function close({ server, connections }: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    connections.closeIdle();
  });
}

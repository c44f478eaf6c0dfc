import http from "node:http";
import type { AddressInfo } from "node:net";
import { HostError } from "../errors.ts";

/** Kestrel's limit of a request's headers; Node's own is half of it, which large tokens and cookies exceed. */
const HEADER_LIMIT_BYTES = 32 * 1024;

export type Listening = {
  port: number;
  /** Stops accepting, then ends the connections: idle ones at once, the others after `graceMs`. */
  close(graceMs: number): Promise<void>;
};

// Two loopback addresses and one number: with a free port of the system's choice the second may be taken.
const FREE_PORT_ATTEMPTS = 10;

/**
 * Listens on 127.0.0.1 and, where the machine has it, on ::1: `localhost` may mean either, and nothing else may reach us.
 *
 * @throws HostError `ERR_PORT_IN_USE`
 */
export async function listenOnLoopback(port: number, onRequest: http.RequestListener): Promise<Listening> {
  for (let attempt = 1; ; attempt++) {
    const v4 = await listen(port, "127.0.0.1", onRequest);
    const actualPort = (v4.address() as AddressInfo).port;
    try {
      const v6 = await listenOnIpv6(actualPort, onRequest);
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

async function listenOnIpv6(port: number, onRequest: http.RequestListener): Promise<http.Server | undefined> {
  try {
    return await listen(port, "::1", onRequest);
  } catch (error) {
    if (error instanceof HostError && error.code === "ERR_PORT_UNAVAILABLE") return undefined;
    throw error;
  }
}

function listen(port: number, host: string, onRequest: http.RequestListener): Promise<http.Server> {
  const limits = { keepAliveTimeout: 65_000, requestTimeout: 0, maxHeaderSize: HEADER_LIMIT_BYTES };
  const server = http.createServer(limits, onRequest);
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

import http from "node:http";
import type { AddressInfo, Server, Socket } from "node:net";
import type { Logger } from "../logger.ts";
import type { AllowedUsers } from "./allowed-users.ts";
import type { Connection, Peer } from "./peer.ts";
import { createSystemPeerLookup, ownUid, type PeerLookup } from "./peer-lookup.ts";

const ROOT = 0;
/** Time for a refused client to read the reason. */
const REFUSAL_TIMEOUT_MS = 1000;
const LOG_INTERVAL_MS = 60_000;

export type PeerPolicy = {
  /** Who may connect besides the user of this process and root. Absent: no one, and no flag changes this. */
  allowUsers?: AllowedUsers | undefined;
  log: Pick<Logger, "warn" | "debug">;
  /** Default: the lookup of this system, shared by all servers of this process. */
  lookup?: PeerLookup | null;
};

/**
 * Restricts `server` to connections of this process's user, of root (who can read and trace every process anyway), and
 * of `allowUsers`. Listening on loopback keeps out other machines, but not other users of this one. Each connection is
 * looked up once, before any of its bytes are read. Call this after the server's handlers are attached. Does nothing
 * where the system does not tell users apart.
 */
export function refuseOtherUsers(server: Server, { allowUsers, log, lookup = systemLookup() }: PeerPolicy): void {
  if (allowUsers === "all") return;
  if (lookup === null) {
    log.debug("This system does not tell which user a connection comes from: all local users are served.");
    return;
  }
  const allowed = new Set([ownUid(), ROOT, ...(allowUsers ?? [])]);
  const report = createReporter(log, allowUsers !== undefined);
  const handlers = server.listeners("connection");
  server.removeAllListeners("connection");
  server.on("connection", (socket) => {
    void identify(socket, lookup).then((peer) => {
      // The client disconnected, or the server stopped, in the meantime.
      if (socket.destroyed || !server.listening) return void socket.destroy();
      if (peer.kind === "user" && allowed.has(peer.uid)) {
        for (const handler of handlers) Reflect.apply(handler, server, [socket]);
        return;
      }
      const tell = () => report(peer, (server.address() as AddressInfo | null)?.port);
      if (peer.kind === "user") tell();
      // A client that only probes whether the port is open sends nothing, and is gone by the time the system is asked.
      else socket.once("data", tell);
      refuse(socket, server instanceof http.Server);
    });
  });
}

let shared: PeerLookup | null | undefined;

function systemLookup(): PeerLookup | null {
  shared ??= createSystemPeerLookup();
  return shared;
}

async function identify(socket: Socket, lookup: PeerLookup): Promise<Peer> {
  // A reset before a handler is attached must not crash the process.
  const ignore = () => {};
  socket.on("error", ignore);
  const peer = await lookup.lookUp(toConnection(socket));
  socket.off("error", ignore);
  return peer;
}

function toConnection(socket: Socket): Connection {
  const { localAddress = "", localPort = 0, remoteAddress = "", remotePort = 0 } = socket;
  return { localAddress, localPort, remoteAddress, remotePort };
}

/** Logs one line per user and minute, so that a program that keeps retrying does not fill the log. */
function createReporter(log: Pick<Logger, "warn">, hasFlag: boolean): (peer: Peer, port: number | undefined) => void {
  const lastAt = new Map<string, number>();
  return (peer, port) => {
    const user = peer.kind === "user" ? String(peer.uid) : "unknown";
    const now = performance.now();
    if (now - (lastAt.get(user) ?? Number.NEGATIVE_INFINITY) < LOG_INTERVAL_MS) return;
    lastAt.set(user, now);
    const flag = `--allow-user ${peer.kind === "user" ? peer.uid : "all"}`;
    if (!hasFlag) log.warn("A connection of another user was refused.", { user, port });
    else log.warn("A connection of another user was refused. The flag allows that user.", { user, port, flag });
  };
}

const FAREWELL = "This local host serves the user who started it. `--allow-user` allows others.\n";

function refuse(socket: Socket, isHttp: boolean): void {
  if (!isHttp) return void socket.destroy();
  socket.on("error", () => {});
  // Closing with unread bytes would send a reset, which may discard the response.
  socket.resume();
  socket.end(
    [
      "HTTP/1.1 403 Forbidden",
      "Content-Type: text/plain; charset=utf-8",
      `Content-Length: ${Buffer.byteLength(FAREWELL)}`,
      "Connection: close",
      "",
      FAREWELL,
    ].join("\r\n"),
  );
  setTimeout(() => socket.destroy(), REFUSAL_TIMEOUT_MS).unref();
}

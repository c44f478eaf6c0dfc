import type http from "node:http";
import type https from "node:https";
import type { Socket } from "node:net";

/**
 * Tracks a server's connections, to end those without a request. Node's `closeIdleConnections` keeps connections that
 * have not sent anything yet, which browsers and fetch open in advance, and those whose request is answered only
 * afterwards.
 */
export class OpenConnections {
  /** Number of requests in progress per connection. */
  readonly #requests = new Map<Socket, number>();
  #isClosing = false;

  constructor(server: http.Server | https.Server) {
    // Requests over HTTPS belong to the socket that decrypts them.
    server.on(isHttps(server) ? "secureConnection" : "connection", (socket: Socket) => {
      this.#requests.set(socket, 0);
      socket.once("close", () => this.#requests.delete(socket));
    });
    server.on("request", ({ socket }, response) => {
      this.#count(socket, 1);
      response.once("close", () => this.#count(socket, -1));
    });
  }

  /** Ends connections without a request now, the others after their response. */
  closeIdle(): void {
    this.#isClosing = true;
    for (const [socket, requests] of this.#requests) if (requests === 0) socket.destroy();
  }

  #count(socket: Socket, more: 1 | -1): void {
    const before = this.#requests.get(socket);
    if (before === undefined) return; // Already closed.
    this.#requests.set(socket, before + more);
    if (this.#isClosing && before + more === 0) socket.end();
  }
}

/** By a method that only such a server has, because the class takes some ms to load. */
const isHttps = (server: http.Server | https.Server): server is https.Server => "setSecureContext" in server;

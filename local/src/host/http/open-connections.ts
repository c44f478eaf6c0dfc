import type http from "node:http";
import https from "node:https";
import type { Socket } from "node:net";

/**
 * A server's connections, to end those without a request. `closeIdleConnections` of Node's server leaves one that has sent nothing yet,
 * as browsers and fetch open in advance, and one whose request is answered only afterwards.
 */
export class OpenConnections {
  /** With the number of their requests under way. */
  readonly #requests = new Map<Socket, number>();
  #isClosing = false;

  constructor(server: http.Server | https.Server) {
    // The requests of HTTPS have the socket that decrypts them.
    server.on(server instanceof https.Server ? "secureConnection" : "connection", (socket: Socket) => {
      this.#requests.set(socket, 0);
      socket.once("close", () => this.#requests.delete(socket));
    });
    server.on("request", ({ socket }, response) => {
      this.#count(socket, 1);
      response.once("close", () => this.#count(socket, -1));
    });
  }

  /** Those without a request end now, the others with their answer. */
  closeIdle(): void {
    this.#isClosing = true;
    for (const [socket, requests] of this.#requests) if (requests === 0) socket.destroy();
  }

  #count(socket: Socket, more: 1 | -1): void {
    const before = this.#requests.get(socket);
    if (before === undefined) return; // It is closed already.
    this.#requests.set(socket, before + more);
    if (this.#isClosing && before + more === 0) socket.end();
  }
}

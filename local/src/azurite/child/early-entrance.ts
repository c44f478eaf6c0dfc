import { once } from "node:events";
import net, { type AddressInfo, type Server, type Socket } from "node:net";
import { LOOPBACK } from "../endpoints.ts";
import type { ChildMessage } from "./child-options.ts";

/** A port that is open before it is known who serves it; its connections wait. */
export class EarlyEntrance {
  readonly #waiting: Socket[] = [];
  #server: Server | undefined;

  /** @returns The port. */
  async open(): Promise<number> {
    const listener = net.createServer((socket) => {
      // A client that leaves while it waits must not end this process.
      socket.on("error", () => socket.destroy());
      if (this.#server === undefined) this.#waiting.push(socket);
      else this.#server.emit("connection", socket);
    });
    listener.listen({ port: 0, host: LOOPBACK, exclusive: true });
    await once(listener, "listening");
    return (listener.address() as AddressInfo).port;
  }

  /** From now on, `server` handles all connections, including those that have waited. */
  handOver(server: Server): void {
    this.#server = server;
    const waiting = this.#waiting.splice(0).filter((socket) => !socket.destroyed);
    for (const socket of waiting) server.emit("connection", socket);
  }
}

/** Opens a spare process's entrance, and reports it to the parent. */
export async function openEarly(): Promise<EarlyEntrance> {
  const entrance = new EarlyEntrance();
  const message: ChildMessage = { kind: "waiting", entrancePort: await entrance.open() };
  // If the parent has gone, this process ends when it waits for its order.
  process.send?.(message, undefined, {}, () => {});
  return entrance;
}

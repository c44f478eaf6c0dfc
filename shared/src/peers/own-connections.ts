// The system's table of sockets takes milliseconds to read, however few are in it: the kernel walks through a hash table that is made for
// all the memory of the machine. A connection of this process to itself, as a command has to its own host, needs no look there.

import { subscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import type { Connection } from "./peer.ts";

const open = new Set<Socket>();
let isWatching = false;

/** Connections that this process makes from now on are known to {@link isOwnConnection}. Safe to call twice. */
export function watchOwnConnections(): void {
  if (isWatching) return;
  isWatching = true;
  subscribe("net.client.socket", (message) => {
    const { socket } = message as { socket: Socket };
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
}

/**
 * Whether the other end is a socket that this process holds: no two sockets share both addresses while they are open. One that does not
 * know yet that it is connected does not count.
 */
export function isOwnConnection({ localAddress, localPort, remoteAddress, remotePort }: Connection): boolean {
  for (const socket of open) {
    const isOtherEnd =
      !socket.destroyed &&
      socket.localPort === remotePort &&
      socket.remotePort === localPort &&
      isSame(socket.localAddress, remoteAddress) &&
      isSame(socket.remoteAddress, localAddress);
    if (isOtherEnd) return true;
  }
  return false;
}

const isSame = (a: string | undefined, b: string): boolean => a !== undefined && plain(a) === plain(b);

/** An IPv4 address on a socket of IPv6 is that address. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, "");

// Reading the system's socket table takes milliseconds however few sockets exist, because the kernel walks a hash table
// sized for the machine's memory. Connections of this process to itself, such as those of a command to its own host, do
// not need it.

import { subscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import type { Connection } from "./peer.ts";

const open = new Set<Socket>();
let isWatching = false;

/** Records connections that this process opens from now on for {@link isOwnConnection}. Safe to call twice. */
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
 * Whether this process holds the socket at the other end: no two open sockets share both addresses. A socket that does
 * not know yet that it is connected is not counted.
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

/** Strips the prefix of an IPv4 address on an IPv6 socket. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, "");

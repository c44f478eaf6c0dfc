// macOS has no table of sockets that names their users. `lsof` lists them by process; without being root it sees only those of
// its own user, which is enough to tell one's own from all others.

import { execFile } from "node:child_process";
import type { Connection, FindPeers, Peer } from "./peer.ts";

/** Where macOS has it; some shells leave this folder out of the PATH. */
export const LSOF = "/usr/sbin/lsof";
// It takes 0.1 to 0.5 s on a machine with many processes.
const TIMEOUT_MS = 10_000;
const OUTPUT_LIMIT_BYTES = 64 * 1024 * 1024;
// An IPv4 address on a socket of IPv6.
const MAPPED = /\[::ffff:(\d+\.\d+\.\d+\.\d+)\]/gi;

/**
 * @param uid - Whose connections to list; null, as root: everybody's.
 * @throws What the finder throws when `lsof` does not answer.
 */
export function createLsofPeerFinder(uid: number | null, command = LSOF): FindPeers {
  const whose = uid === null ? [] : ["-a", "-u", String(uid)];
  return async (connections) => {
    const ports = [...new Set(connections.map(({ localPort }) => localPort))];
    const rows = parseRows(await runLsof(command, ["-nPw", ...whose, `-iTCP:${ports.join(",")}`, "-Fun"]));
    const found = new Map<Connection, Peer>();
    for (const connection of connections) {
      const peer = rows.get(nameOf(connection));
      if (peer !== undefined) found.set(connection, { kind: "user", uid: peer });
    }
    return found;
  };
}

/** It ends with 1 where it lists nothing, or cannot see some process; what it printed counts. */
function runLsof(command: string, args: readonly string[]): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  execFile(command, args, { timeout: TIMEOUT_MS, maxBuffer: OUTPUT_LIMIT_BYTES }, (error, stdout) => {
    if (error === null || error.code === 1) resolve(stdout);
    else reject(error);
  });
  return promise;
}

/**
 * Output for programs: a line `u501` for each process, then a line `n127.0.0.1:54321->127.0.0.1:7071` for each socket.
 *
 * @returns The user by the name of the connection.
 */
function parseRows(output: string): Map<string, number> {
  const rows = new Map<string, number>();
  let uid = Number.NaN;
  for (const line of output.split("\n")) {
    if (line.startsWith("u")) uid = Number(line.slice(1));
    if (line.startsWith("n") && Number.isInteger(uid)) rows.set(line.slice(1).replace(MAPPED, "$1"), uid);
  }
  return rows;
}

function nameOf({ localAddress, localPort, remoteAddress, remotePort }: Connection): string {
  return `${withBrackets(remoteAddress)}:${remotePort}->${withBrackets(localAddress)}:${localPort}`;
}

function withBrackets(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

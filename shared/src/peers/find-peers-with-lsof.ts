// macOS has no socket table that includes users. `lsof` lists sockets by process; without root it sees only those of
// its own user, which is enough to distinguish them from all others.

import { execFile } from "node:child_process";
import type { Connection, FindPeers, Peer } from "./peer.ts";

/** Its location on macOS; some shells do not have this folder in PATH. */
export const LSOF = "/usr/sbin/lsof";
// `lsof` takes 0.1 to 0.5 s on a machine with many processes.
const TIMEOUT_MS = 10_000;
const OUTPUT_LIMIT_BYTES = 64 * 1024 * 1024;
// An IPv4 address on an IPv6 socket.
const MAPPED = /\[::ffff:(\d+\.\d+\.\d+\.\d+)\]/gi;

/**
 * @param uid - Whose connections to list; null (as root): everyone's.
 * @throws The finder throws if `lsof` does not answer.
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

/** `lsof` exits with 1 if it lists nothing or cannot see some process; its output is still valid. */
function runLsof(command: string, args: readonly string[]): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  execFile(command, args, { timeout: TIMEOUT_MS, maxBuffer: OUTPUT_LIMIT_BYTES }, (error, stdout) => {
    if (error === null || error.code === 1) resolve(stdout);
    else reject(error);
  });
  return promise;
}

/**
 * Parses the machine-readable output: a line `u501` per process, then a line `n127.0.0.1:54321->127.0.0.1:7071` per
 * socket.
 *
 * @returns User ids by connection name.
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

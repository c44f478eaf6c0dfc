// Linux: /proc/net/tcp and tcp6 list every TCP socket of this network namespace with the user who created it. The row
// whose local address is our remote address is the other end.

import { closeSync, openSync, readSync } from "node:fs";
import { isIPv4, isIPv6 } from "node:net";
import { endianness } from "node:os";
import { type Connection, type FindPeers, type Peer, UNKNOWN_PEER } from "./peer.ts";

// The kernel returns at most one page of whole rows per read.
const READ_BYTES = 16 * 1024;
/** Fields of a row, counted from 0. */
const UID_FIELD = 7;
const INODE_FIELD = 9;
// The table is read in pieces while sockets open and close, so a row may be missed.
const ATTEMPTS = 3;

/** @param folder - Folder of `tcp` and `tcp6`; a different one only in tests. */
export function createProcPeerFinder(folder = "/proc/net"): FindPeers {
  return async (connections) => {
    const found = new Map<Connection, Peer>();
    for (let attempt = 1; attempt <= ATTEMPTS && found.size < connections.length; attempt += 1) {
      // A program may reach an IPv4 port through an IPv6 socket, whose row is in the second file.
      searchTable(`${folder}/tcp`, keysOf(connections, found, toIpv4Hex), found);
      searchTable(`${folder}/tcp6`, keysOf(connections, found, toIpv6Hex), found);
    }
    return found;
  };
}

/** Search keys, with the connection that each belongs to. */
type Keys = Map<string, Connection>;
// For a few keys, searching all rows for the text is fastest; for many, parsing the rows is.
const FEW = 4;

/** Keys of the connections that have not been found yet and can appear in this table. */
function keysOf(
  connections: readonly Connection[],
  found: ReadonlyMap<Connection, Peer>,
  toHex: (address: string) => string | null,
): Keys {
  const keys: Keys = new Map();
  for (const connection of connections) {
    const { localAddress, localPort, remoteAddress, remotePort } = connection;
    const [theirs, ours] = [toHex(remoteAddress), toHex(localAddress)];
    if (found.has(connection) || theirs === null || ours === null) continue;
    keys.set(` ${theirs}:${toPortHex(remotePort)} ${ours}:${toPortHex(localPort)} `, connection);
  }
  return keys;
}

/**
 * Stops at the last wanted row: reading the whole table takes the kernel some milliseconds. Synchronous, because in the
 * background each of the many small reads would wait for its turn, at start-up for longer than all of them take.
 */
function searchTable(file: string, keys: Keys, found: Map<Connection, Peer>): void {
  if (keys.size === 0) return;
  const descriptor = openTable(file);
  if (descriptor === null) return;
  try {
    for (const rows of readRows(descriptor)) {
      for (const [key, at] of keys.size > FEW ? addressesIn(rows, keys) : placesOf(keys, rows)) {
        found.set(keys.get(key) as Connection, readPeer(rows, at));
        keys.delete(key);
      }
      if (keys.size === 0) return;
    }
  } finally {
    closeSync(descriptor);
  }
}

function placesOf(keys: Keys, rows: string): [string, number][] {
  return [...keys.keys()].map((key): [string, number] => [key, rows.indexOf(key)]).filter(([, at]) => at !== -1);
}

/** A row starts with its number and a colon, followed by both addresses, which have a fixed length per table. */
function addressesIn(rows: string, keys: Keys): [string, number][] {
  const places: [string, number][] = [];
  const { length } = keys.keys().next().value as string;
  for (let start = 0; start < rows.length; start = rows.indexOf("\n", start) + 1) {
    const at = rows.indexOf(":", start) + 1;
    const key = rows.slice(at, at + length);
    if (keys.has(key)) places.push([key, at]);
  }
  return places;
}

function openTable(file: string): number | null {
  try {
    return openSync(file, "r");
  } catch {
    return null;
  }
}

function* readRows(descriptor: number): Generator<string> {
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  for (let rest = ""; ; ) {
    const bytesRead = readSync(descriptor, buffer, 0, READ_BYTES, null);
    if (bytesRead === 0) return;
    const text = rest + buffer.toString("latin1", 0, bytesRead);
    const end = text.lastIndexOf("\n") + 1;
    yield text.slice(0, end);
    rest = text.slice(end);
  }
}

/** A socket that its owner has closed has inode 0, and older kernels then report root as its user. */
function readPeer(rows: string, at: number): Peer {
  const start = rows.lastIndexOf("\n", at) + 1;
  const fields = rows.slice(start, rows.indexOf("\n", at)).trim().split(/\s+/);
  const uid = Number(fields[UID_FIELD]);
  return fields[INODE_FIELD] === "0" || !Number.isInteger(uid) ? UNKNOWN_PEER : { kind: "user", uid };
}

function toPortHex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, "0");
}

/** The kernel prints an address as 32-bit numbers in the machine's byte order. */
function toHex(bytes: readonly number[]): string {
  let hex = "";
  for (let at = 0; at < bytes.length; at += 4) {
    const word = bytes.slice(at, at + 4);
    if (endianness() === "LE") word.reverse();
    hex += word.map((byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join("");
  }
  return hex;
}

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

function toIpv4Hex(address: string): string | null {
  const plain = MAPPED.exec(address)?.[1] ?? address;
  return isIPv4(plain) ? toHex(plain.split(".").map(Number)) : null;
}

function toIpv6Hex(address: string): string | null {
  const ipv4 = MAPPED.exec(address)?.[1] ?? address;
  if (isIPv4(ipv4)) return toHex([...new Array<number>(10).fill(0), 0xff, 0xff, ...ipv4.split(".").map(Number)]);
  if (!isIPv6(address)) return null;
  const [head = "", tail = ""] = address.split("::");
  const [left, right] = [toGroups(head), toGroups(tail)];
  const zeros = new Array<number>(Math.max(0, 8 - left.length - right.length)).fill(0);
  return toHex([...left, ...zeros, ...right].flatMap((group) => [group >> 8, group & 0xff]));
}

function toGroups(text: string): number[] {
  return text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
}

import { accessSync, constants } from "node:fs";
import { createProcPeerFinder } from "./find-peers-in-proc.ts";
import { createLsofPeerFinder, LSOF } from "./find-peers-with-lsof.ts";
import { isOwnConnection, watchOwnConnections } from "./own-connections.ts";
import { type Connection, type FindPeers, type Peer, UNKNOWN_PEER } from "./peer.ts";

type Question = { connection: Connection; answer(peer: Peer): void };

/**
 * Asks the system about one batch of connections at a time: a burst costs two lookups instead of one per connection.
 */
export class PeerLookup {
  readonly #find: FindPeers;
  #waiting: Question[] = [];
  #isAsking = false;

  constructor(find: FindPeers) {
    this.#find = find;
  }

  /** Never rejects: if the system does not answer, the peer is unknown. */
  lookUp(connection: Connection): Promise<Peer> {
    return new Promise((answer) => {
      this.#waiting.push({ connection, answer });
      if (!this.#isAsking) void this.#askForAll();
    });
  }

  async #askForAll(): Promise<void> {
    this.#isAsking = true;
    while (this.#waiting.length > 0) {
      await this.#gather();
      // Connections that arrive from now on may be missing from the table being read.
      const batch = this.#waiting;
      this.#waiting = [];
      const found = await this.#find(batch.map(({ connection }) => connection)).catch(() => new Map());
      for (const { connection, answer } of batch) answer(found.get(connection) ?? UNKNOWN_PEER);
    }
    this.#isAsking = false;
  }

  /** The runtime accepts one connection per event-loop turn: waits until a turn brings no new one. */
  async #gather(): Promise<void> {
    for (let count = 0; count !== this.#waiting.length; ) {
      count = this.#waiting.length;
      // The first callback runs before anything else is accepted.
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    }
  }
}

/** @returns null where the system does not tell users apart: on Windows, and on Linux without /proc. */
export function createSystemPeerLookup(): PeerLookup | null {
  switch (process.platform) {
    case "linux":
      return isReadable("/proc/net/tcp") ? new PeerLookup(exceptOwn(createProcPeerFinder())) : null;
    case "darwin":
      return isReadable(LSOF)
        ? new PeerLookup(exceptOwn(createLsofPeerFinder(ownUid() === 0 ? null : ownUid())))
        : null;
    default:
      return null;
  }
}

/** Asks the system only about connections of other processes. */
export function exceptOwn(find: FindPeers): FindPeers {
  watchOwnConnections();
  return async (connections) => {
    const own = connections.filter(isOwnConnection);
    const others = connections.filter((it) => !own.includes(it));
    const found = others.length === 0 ? [] : await find(others);
    return new Map([...found, ...own.map((it) => [it, { kind: "user", uid: ownUid() } as const] as const)]);
  };
}

/** The user id of this process's sockets; 0 on platforms without user ids. */
export function ownUid(): number {
  return process.geteuid?.() ?? 0;
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

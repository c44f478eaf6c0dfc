/** One accepted TCP connection, seen from our end. */
export type Connection = {
  localAddress: string;
  localPort: number;
  remoteAddress: string;
  remotePort: number;
};

/** Who opened a connection to us. */
export type Peer =
  | { kind: "user"; uid: number }
  /** The system lists no such socket, or nobody holds it any more. */
  | { kind: "unknown" };

export const UNKNOWN_PEER: Peer = { kind: "unknown" };

/** Asks the system once for several connections; one that is missing in the answer is unknown. */
export type FindPeers = (connections: readonly Connection[]) => Promise<ReadonlyMap<Connection, Peer>>;

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
  /** The system lists no such socket, or its owner has closed it. */
  | { kind: "unknown" };

export const UNKNOWN_PEER: Peer = { kind: "unknown" };

/** Asks the system once about several connections; those missing from the result are unknown. */
export type FindPeers = (connections: readonly Connection[]) => Promise<ReadonlyMap<Connection, Peer>>;

import { expect, test } from "vitest";
import type { Connection, FindPeers } from "../../../shared/src/peers/peer.ts";
import { PeerLookup } from "../../../shared/src/peers/peer-lookup.ts";
import { waitFor } from "../../helpers/wait-for.ts";

const connection = (remotePort: number): Connection => ({
  localAddress: "127.0.0.1",
  localPort: 7071,
  remoteAddress: "127.0.0.1",
  remotePort,
});

test("connections that arrive together share a lookup, and those that arrive during it share the next one", async () => {
  const batches: number[][] = [];
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const find: FindPeers = async (connections) => {
    batches.push(connections.map(({ remotePort }) => remotePort));
    await gates[batches.length - 1]?.promise;
    return new Map(connections.map((it) => [it, { kind: "user", uid: it.remotePort }]));
  };
  const lookup = new PeerLookup(find);
  const first = [1, 2].map((port) => lookup.lookUp(connection(port)));
  await waitFor(() => batches.length === 1);
  const second = [3, 4].map((port) => lookup.lookUp(connection(port)));
  for (const gate of gates) gate.resolve();
  expect(await Promise.all([...first, ...second])).toEqual([1, 2, 3, 4].map((uid) => ({ kind: "user", uid })));
  expect(batches).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(await lookup.lookUp(connection(5))).toEqual({ kind: "user", uid: 5 });
});

test("a peer is unknown if the system does not list the connection, or fails", async () => {
  const answers: (() => ReturnType<FindPeers>)[] = [
    async () => new Map(),
    () => Promise.reject(new Error("no table")),
    async () => new Map(),
  ];
  const lookup = new PeerLookup(() => (answers.shift() as (typeof answers)[0])());
  for (const port of [1, 2, 3]) expect(await lookup.lookUp(connection(port))).toEqual({ kind: "unknown" });
});

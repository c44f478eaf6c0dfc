import { expect, test } from "vitest";
import type { Connection, FindPeers } from "../../../shared/src/peers/peer.ts";
import { PeerLookup } from "../../../shared/src/peers/peer-lookup.ts";

const connection = (remotePort: number): Connection => ({
  localAddress: "127.0.0.1",
  localPort: 7071,
  remoteAddress: "127.0.0.1",
  remotePort,
});

test("connections that arrive while the system is asked share the next question", async () => {
  const batches: number[][] = [];
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const find: FindPeers = async (connections) => {
    batches.push(connections.map(({ remotePort }) => remotePort));
    await gates[batches.length - 1]?.promise;
    return new Map(connections.map((it) => [it, { kind: "user", uid: it.remotePort }]));
  };
  const lookup = new PeerLookup(find);
  const answers = [1, 2, 3].map((port) => lookup.lookUp(connection(port)));
  gates[0]?.resolve();
  expect(await answers[0]).toEqual({ kind: "user", uid: 1 });
  gates[1]?.resolve();
  expect(await Promise.all(answers)).toEqual([1, 2, 3].map((uid) => ({ kind: "user", uid })));
  expect(batches).toEqual([[1], [2, 3]]);
  expect(await lookup.lookUp(connection(4))).toEqual({ kind: "user", uid: 4 });
});

test("a peer is unknown where the system lists no such connection, or fails", async () => {
  const answers: (() => ReturnType<FindPeers>)[] = [
    async () => new Map(),
    () => Promise.reject(new Error("no table")),
    async () => new Map(),
  ];
  const lookup = new PeerLookup(() => (answers.shift() as (typeof answers)[0])());
  for (const port of [1, 2, 3]) expect(await lookup.lookUp(connection(port))).toEqual({ kind: "unknown" });
});

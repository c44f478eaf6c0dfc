import { writeFile } from "node:fs/promises";
import { endianness } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { createProcPeerFinder } from "../../../shared/src/peers/find-peers-in-proc.ts";
import type { Connection } from "../../../shared/src/peers/peer.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const HEAD =
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     ";

const row = (local: string, remote: string, { uid = 1000, inode = 4711, state = "01" } = {}) =>
  `   7: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000 ${String(uid).padStart(5)}        0 ${inode} 1 0000000000000000 20 4 30 10 -1`;

const connection = (remotePort: number, address = "127.0.0.1"): Connection => ({
  localAddress: address,
  localPort: 0x1b9f,
  remoteAddress: address,
  remotePort,
});

const isLittle = endianness() === "LE";
const LOOPBACK = isLittle ? "0100007F" : "7F000001";
const MAPPED = isLittle ? "0000000000000000FFFF00000100007F" : "00000000000000000000FFFF7F000001";
const LOOPBACK_6 = isLittle ? "00000000000000000000000001000000" : "00000000000000000000000000000001";

async function find(tables: { tcp?: readonly string[]; tcp6?: readonly string[] }, connections: Connection[]) {
  const folder = await makeTempDir();
  for (const [name, rows] of Object.entries(tables)) {
    await writeFile(path.join(folder, name), `${[HEAD, ...rows].join("\n")}\n`);
  }
  const found = await createProcPeerFinder(folder)(connections);
  return connections.map((it) => found.get(it));
}

test("the peer is in the row of the other end, not in our own", async () => {
  const ours = row(`${LOOPBACK}:1B9F`, `${LOOPBACK}:C3A4`, { uid: 0 });
  const theirs = row(`${LOOPBACK}:C3A4`, `${LOOPBACK}:1B9F`, { uid: 1001 });
  expect(await find({ tcp: [ours, theirs] }, [connection(0xc3a4)])).toEqual([{ kind: "user", uid: 1001 }]);
});

test("an IPv4 connection made by an IPv6 socket is found in the other table", async () => {
  const theirs = row(`${MAPPED}:C3A4`, `${MAPPED}:1B9F`, { uid: 1001 });
  expect(await find({ tcp: [], tcp6: [theirs] }, [connection(0xc3a4)])).toEqual([{ kind: "user", uid: 1001 }]);
  expect(await find({ tcp: [], tcp6: [theirs] }, [connection(0xc3a4, "::ffff:127.0.0.1")])).toEqual([
    { kind: "user", uid: 1001 },
  ]);
});

test("an IPv6 connection is found", async () => {
  const theirs = row(`${LOOPBACK_6}:C3A4`, `${LOOPBACK_6}:1B9F`, { uid: 1001 });
  expect(await find({ tcp: [], tcp6: [theirs] }, [connection(0xc3a4, "::1")])).toEqual([{ kind: "user", uid: 1001 }]);
});

test("a socket without a process has no user, whatever its row says", async () => {
  const orphan = row(`${LOOPBACK}:C3A4`, `${LOOPBACK}:1B9F`, { uid: 0, inode: 0, state: "05" });
  expect(await find({ tcp: [orphan] }, [connection(0xc3a4)])).toEqual([{ kind: "unknown" }]);
});

test("several connections are found in a long table, in any order", async () => {
  const others = Array.from({ length: 2000 }, (_, index) =>
    row(`${LOOPBACK}:${(0x2000 + index).toString(16).toUpperCase()}`, `${LOOPBACK}:0050`, { uid: 5 }),
  );
  const [one, two] = [0xc3a4, 0xc3a5].map((port) =>
    row(`${LOOPBACK}:${port.toString(16).toUpperCase()}`, `${LOOPBACK}:1B9F`, { uid: port }),
  );
  const tcp = [...others.slice(0, 900), two as string, ...others.slice(900), one as string];
  const wanted = [0xc3a4, 0xc3a5, 0xc3a6].map((port) => connection(port));
  expect(await find({ tcp }, wanted)).toEqual([
    { kind: "user", uid: 0xc3a4 },
    { kind: "user", uid: 0xc3a5 },
    undefined,
  ]);
});

test("without the tables no user is found", async () => {
  expect(await find({}, [connection(0xc3a4), connection(0xc3a4, "::1")])).toEqual([undefined, undefined]);
});

test("many connections are looked up at once, and missing ones are not found", async () => {
  const ports = Array.from({ length: 300 }, (_, index) => 0xa000 + index);
  const hex = (port: number) => port.toString(16).toUpperCase();
  const tcp = ports.map((port) => row(`${LOOPBACK}:${hex(port)}`, `${LOOPBACK}:1B9F`, { uid: port }));
  // Their connections to another server, and our ends of the connections.
  tcp.push(...ports.map((port) => row(`${LOOPBACK}:${hex(port + 1000)}`, `${LOOPBACK}:0050`, { uid: 1 })));
  tcp.unshift(...ports.map((port) => row(`${LOOPBACK}:1B9F`, `${LOOPBACK}:${hex(port)}`, { uid: 2 })));
  const wanted = [...ports, 0xa000 + 1000].map((port) => connection(port));
  expect(await find({ tcp }, wanted)).toEqual([...ports.map((uid) => ({ kind: "user", uid })), undefined]);
});

import { once } from "node:events";
import net from "node:net";
import { beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { isOwnConnection, watchOwnConnections } from "../../../shared/src/peers/own-connections.ts";
import type { Connection } from "../../../shared/src/peers/peer.ts";
import { exceptOwn } from "../../../shared/src/peers/peer-lookup.ts";
import { waitFor } from "../../helpers/wait-for.ts";

beforeAll(watchOwnConnections);

/** One connection of this process to itself, as seen by the server. */
async function connectToSelf(host: string): Promise<{ client: net.Socket; seen: Connection }> {
  const server = net.createServer();
  await once(server.listen(0, host), "listening");
  const { port } = server.address() as net.AddressInfo;
  const accepted = once(server, "connection");
  const client = net.connect(port, host === "::" ? "127.0.0.1" : host);
  const [[socket]] = (await Promise.all([accepted, once(client, "connect")])) as unknown as [[net.Socket]];
  onTestFinished(async () => {
    client.destroy();
    socket.destroy();
    server.close();
    await once(server, "close");
  });
  const { localAddress = "", localPort = 0, remoteAddress = "", remotePort = 0 } = socket;
  return { client, seen: { localAddress, localPort, remoteAddress, remotePort } };
}

test.each(["127.0.0.1", "::"])("a connection of this process to its own server on %s is its own", async (host) => {
  const { seen } = await connectToSelf(host);
  expect(isOwnConnection(seen)).toBe(true);
});

test.each([
  ["another client port", (it: Connection) => ({ ...it, remotePort: it.remotePort ^ 1 })],
  ["another server port", (it: Connection) => ({ ...it, localPort: it.localPort ^ 1 })],
  ["another address", (it: Connection) => ({ ...it, remoteAddress: "127.0.0.2" })],
])("a connection with %s is not its own", async (_, change) => {
  const { seen } = await connectToSelf("127.0.0.1");
  expect(isOwnConnection(change(seen))).toBe(false);
});

test("a connection that this process has closed is no longer its own", async () => {
  const { client, seen } = await connectToSelf("127.0.0.1");
  client.destroy();
  expect(isOwnConnection(seen)).toBe(false);
  await waitFor(() => client.closed);
  expect(isOwnConnection(seen)).toBe(false);
});

test("the system is only asked about other connections", async () => {
  const { seen } = await connectToSelf("127.0.0.1");
  const other = { ...seen, remotePort: seen.remotePort ^ 1 };
  const system = vi.fn(async () => new Map([[other, { kind: "user", uid: 7 } as const]]));
  const find = exceptOwn(system);
  const uid = process.geteuid?.() ?? 0;
  const found = await find([seen, other]);
  expect([found.get(seen), found.get(other)]).toEqual([
    { kind: "user", uid },
    { kind: "user", uid: 7 },
  ]);
  expect(system).toHaveBeenCalledExactlyOnceWith([other]);
  await find([seen]);
  expect(system).toHaveBeenCalledTimes(1);
});

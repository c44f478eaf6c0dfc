import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { createLogger, type LogEntry } from "../../../shared/src/logger.ts";
import type { AllowedUsers } from "../../../shared/src/peers/allowed-users.ts";
import type { Peer } from "../../../shared/src/peers/peer.ts";
import { PeerLookup } from "../../../shared/src/peers/peer-lookup.ts";
import { refuseOtherUsers } from "../../../shared/src/peers/refuse-other-users.ts";
import { canBeOtherUser, fetchAsOtherUser, OTHER_UID } from "../../helpers/other-user.ts";
import { waitFor } from "../../helpers/wait-for.ts";

const OWN = process.geteuid?.() ?? 0;
const STRANGER = 1_234_567;

type Served = { url: string; port: number; entries: LogEntry[]; served: string[]; lookUps: number };
type Options = { peer?: () => Peer | Promise<Peer>; allowUsers?: AllowedUsers; isSystem?: boolean };

/** An HTTP server with a given peer, or with the peer found by the operating system. */
async function serve({ peer, allowUsers = [] }: Options = {}): Promise<Served> {
  const entries: LogEntry[] = [];
  const served: string[] = [];
  const server = http.createServer(async (request, response) => {
    let sizeBytes = 0;
    for await (const chunk of request) sizeBytes += (chunk as Buffer).length;
    served.push(request.url ?? "");
    response.end(`read ${sizeBytes}`);
  });
  const state = { url: "", port: 0, entries, served, lookUps: 0 };
  const log = createLogger((entry) => entries.push(entry), "test");
  const lookup = new PeerLookup(async (connections) => {
    state.lookUps += connections.length;
    const answer = await peer?.();
    return new Map(answer === undefined ? [] : connections.map((it) => [it, answer]));
  });
  refuseOtherUsers(server, { allowUsers, log, ...(peer === undefined ? {} : { lookup }) });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  });
  state.port = (server.address() as net.AddressInfo).port;
  state.url = `http://127.0.0.1:${state.port}/`;
  return state;
}

const user = (uid: number) => (): Peer => ({ kind: "user", uid });

async function post(url: string, body = "", agent?: http.Agent): Promise<{ status: number | undefined; text: string }> {
  const request = http.request(url, { method: "POST", ...(agent === undefined ? {} : { agent }) });
  request.end(body);
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  const chunks = await response.toArray();
  return { status: response.statusCode, text: Buffer.concat(chunks as Buffer[]).toString() };
}

test.each([
  ["of the same user", OWN, []],
  ["of root", 0, []],
  ["of an allowed user", STRANGER, [7, STRANGER]],
])("a connection %s is served", async (_who, uid, allowUsers) => {
  const { url, entries } = await serve({ peer: user(uid), allowUsers });
  expect(await post(url, "hello")).toEqual({ status: 200, text: "read 5" });
  expect(entries).toEqual([]);
});

test("a connection of another user is rejected with the reason, and the log includes the option to allow it", async () => {
  const { url, port, entries, served } = await serve({ peer: user(STRANGER) });
  const answer = await post(url, "x".repeat(100_000));
  expect(answer).toEqual({ status: 403, text: expect.stringContaining("--allow-user") });
  expect(served).toEqual([]);
  expect(entries).toMatchObject([
    { level: "warn", fields: { user: String(STRANGER), port, flag: `--allow-user ${STRANGER}` } },
  ]);
});

test("an unknown peer is rejected", async () => {
  const { url, entries, served } = await serve({ peer: () => ({ kind: "unknown" }) });
  expect(await post(url, "hello")).toMatchObject({ status: 403 });
  expect(served).toEqual([]);
  await waitFor(() => entries.length > 0);
  expect(entries).toMatchObject([{ fields: { user: "unknown", flag: "--allow-user all" } }]);
});

test("if everyone is allowed, no peer is looked up", async () => {
  const state = await serve({ peer: user(STRANGER), allowUsers: "all" });
  expect(await post(state.url)).toMatchObject({ status: 200 });
  expect(state.lookUps).toBe(0);
});

test("a keep-alive connection is looked up once", async () => {
  const state = await serve({ peer: user(OWN) });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  for (let call = 1; call <= 3; call += 1) expect(await post(state.url, "", agent)).toMatchObject({ status: 200 });
  expect(state.lookUps).toBe(1);
});

test("bytes that arrive before the lookup completes are neither served early nor lost", async () => {
  const answer = Promise.withResolvers<Peer>();
  const { url, served } = await serve({ peer: () => answer.promise });
  const body = "x".repeat(1_000_000);
  const reply = post(url, body);
  await new Promise((resolve) => setImmediate(resolve));
  expect(served).toEqual([]);
  answer.resolve({ kind: "user", uid: OWN });
  expect(await reply).toEqual({ status: 200, text: "read 1000000" });
});

test("a program that only checks whether the port is open is not logged", async () => {
  const state = await serve({ peer: () => ({ kind: "unknown" }) });
  net.connect(state.port, "127.0.0.1").end();
  await waitFor(() => state.lookUps === 1);
  expect(await post(state.url, "hello")).toMatchObject({ status: 403 });
  await waitFor(() => state.entries.length > 0);
  expect(state.entries).toHaveLength(1);
});

test("repeated attempts are logged once a minute per user", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  onTestFinished(() => void vi.useRealTimers());
  let uid = STRANGER;
  const { url, entries } = await serve({ peer: () => ({ kind: "user", uid }) });
  for (let call = 1; call <= 3; call += 1) await post(url);
  expect(entries).toHaveLength(1);
  uid += 1;
  await post(url);
  expect(entries).toHaveLength(2);
  uid -= 1;
  vi.advanceTimersByTime(60_000);
  await post(url);
  expect(entries.map(({ fields }) => fields["user"])).toEqual([STRANGER, STRANGER + 1, STRANGER].map(String));
});

test("a non-HTTP server just closes the connection, and without allowed users the log suggests no option", async () => {
  const handled: unknown[] = [];
  const server = net.createServer((socket) => handled.push(socket));
  const lookup = new PeerLookup(async (all) => new Map(all.map((it) => [it, user(STRANGER)()])));
  const entries: LogEntry[] = [];
  refuseOtherUsers(server, { log: createLogger((entry) => entries.push(entry), "test"), lookup });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const client = net.connect((server.address() as net.AddressInfo).port, "127.0.0.1").resume();
  await once(client, "close");
  expect(handled).toEqual([]);
  expect(entries.map(({ fields }) => fields)).toEqual([{ user: String(STRANGER), port: expect.any(Number) }]);
});

test("the operating system identifies this test as the same user", async () => {
  const { url } = await serve();
  expect(await post(url, "hello")).toEqual({ status: 200, text: "read 5" });
});

// Needs root, because only root can become another user.
test.runIf(canBeOtherUser)("the operating system identifies another user", async () => {
  const { url, served, entries } = await serve();
  expect(await fetchAsOtherUser(url)).toMatchObject({ status: 403 });
  expect(served).toEqual([]);
  expect(entries).toMatchObject([{ fields: { user: String(OTHER_UID) } }]);
  const open = await serve({ allowUsers: [OTHER_UID] });
  expect(await fetchAsOtherUser(open.url)).toEqual({ status: 200, text: "read 0" });
});

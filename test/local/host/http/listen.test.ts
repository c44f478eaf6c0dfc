import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import { createLogger, type LogEntry, silentLogger } from "@same-kit/shared";
import { expect, onTestFinished, test } from "vitest";
import { type Listening, type ListenOptions, listenOnLoopback } from "../../../../local/src/host/http/listen.ts";
import { canBeOtherUser, fetchAsOtherUser } from "../../../helpers/other-user.ts";

// Longer than a test may take.
const NEVER_MS = 600_000;

async function listen(options: Partial<ListenOptions> & { onRequest?: http.RequestListener } = {}): Promise<Listening> {
  const { onRequest = (_request, response) => void response.end("served"), ...more } = options;
  const listening = await listenOnLoopback(0, onRequest, { allowUsers: [], log: silentLogger, ...more });
  onTestFinished(() => listening.close(0));
  return listening;
}

/** The complete response of the port to these bytes. */
async function exchange(port: number, bytes: string): Promise<string> {
  const socket = net.connect(port, "127.0.0.1");
  socket.write(bytes);
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  await once(socket, "close");
  return Buffer.concat(chunks).toString();
}

test("a client that never ends its headers receives 408", async () => {
  const { port } = await listen({ timeouts: { headersMs: 50, requestMs: 60_000, checkMs: 10 } });
  expect(await exchange(port, "GET / HTTP/1.1\r\nhost: localhost\r\n")).toMatch(/^HTTP\/1\.1 408 /);
});

test("a client that never ends its body is disconnected", async () => {
  const { port } = await listen({ timeouts: { headersMs: 50, requestMs: 100, checkMs: 10 } });
  const request = "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nhalf";
  expect(await exchange(port, request)).toMatch(/^HTTP\/1\.1 (200|408) /);
});

test("a request is served on both loopback addresses", async () => {
  const { port } = await listen();
  const urls = [`http://127.0.0.1:${port}`, `http://localhost:${port}`];
  for (const url of urls) expect(await (await fetch(url)).text()).toBe("served");
});

test("closing does not wait for a connection that has not sent anything", async () => {
  const listening = await listen();
  const socket = net.connect(listening.port, "127.0.0.1");
  const ended = once(socket, "close");
  await once(socket, "connect");
  // Any later connection is accepted after it.
  expect(await (await fetch(`http://127.0.0.1:${listening.port}`)).text()).toBe("served");
  await listening.close(NEVER_MS);
  await ended;
});

test("closing waits for a response, but not for the client to close the connection", async () => {
  const requests = Promise.withResolvers<http.ServerResponse>();
  const listening = await listen({ onRequest: (_request, response) => requests.resolve(response) });
  const agent = new http.Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const answered = once(http.get({ port: listening.port, host: "127.0.0.1", agent }), "response");
  const response = await requests.promise;
  const closed = listening.close(NEVER_MS);
  response.end("late");
  const [answer] = (await answered) as [http.IncomingMessage];
  expect(await answer.toArray().then((parts) => parts.join(""))).toBe("late");
  await closed;
});

// Needs root, because only root can become another user.
test.runIf(canBeOtherUser)("another user of the machine is rejected on both addresses, unless allowed", async () => {
  const entries: LogEntry[] = [];
  const log = createLogger((entry) => entries.push(entry), "host.http");
  const { port } = await listen({ log });
  for (const host of ["127.0.0.1", "[::1]"]) {
    const answer = await fetchAsOtherUser(`http://${host}:${port}/admin/host/systemkeys/_master`);
    if (!("error" in answer && answer.error === "ECONNREFUSED")) expect(answer).toMatchObject({ status: 403 });
  }
  expect(entries[0]).toMatchObject({ level: "warn", fields: { flag: "--allow-user 65534" } });
  const open = await listen({ allowUsers: "all" });
  expect(await fetchAsOtherUser(`http://127.0.0.1:${open.port}/`)).toEqual({ status: 200, text: "served" });
});

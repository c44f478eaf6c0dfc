import { once } from "node:events";
import net from "node:net";
import { createLogger, type LogEntry, silentLogger } from "@same-kit/shared";
import { expect, onTestFinished, test } from "vitest";
import { type Listening, type ListenOptions, listenOnLoopback } from "../../../../local/src/host/http/listen.ts";
import { canBeOtherUser, fetchAsOtherUser } from "../../../helpers/other-user.ts";

async function listen(options: Partial<ListenOptions> = {}): Promise<Listening> {
  const listening = await listenOnLoopback(0, (_request, response) => void response.end("served"), {
    allowUsers: [],
    log: silentLogger,
    ...options,
  });
  onTestFinished(() => listening.close(0));
  return listening;
}

/** All that the port answers to these bytes. */
async function exchange(port: number, bytes: string): Promise<string> {
  const socket = net.connect(port, "127.0.0.1");
  socket.write(bytes);
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  await once(socket, "close");
  return Buffer.concat(chunks).toString();
}

test("a client that never ends the headers is answered 408", async () => {
  const { port } = await listen({ timeouts: { headersMs: 50, requestMs: 60_000, checkMs: 10 } });
  expect(await exchange(port, "GET / HTTP/1.1\r\nhost: localhost\r\n")).toMatch(/^HTTP\/1\.1 408 /);
});

test("a client that never ends the body is cut off", async () => {
  const { port } = await listen({ timeouts: { headersMs: 50, requestMs: 100, checkMs: 10 } });
  const request = "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nhalf";
  expect(await exchange(port, request)).toMatch(/^HTTP\/1\.1 (200|408) /);
});

test("a request is served on both loopback addresses", async () => {
  const { port } = await listen();
  const urls = [`http://127.0.0.1:${port}`, `http://localhost:${port}`];
  for (const url of urls) expect(await (await fetch(url)).text()).toBe("served");
});

// Needs root, who alone can become another user.
test.runIf(canBeOtherUser)("another user of the machine is refused on both addresses, unless let in", async () => {
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

import { once } from "node:events";
import { createServer, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { EventLog } from "../../../local/src/events/event-log.ts";
import { eventStream } from "../../../local/src/events/event-stream.ts";
import type { HostEvent } from "../../../local/src/events/host-event.ts";
import { writeStream } from "../../../local/src/host/http/reply.ts";
import { waitFor } from "../../helpers/wait-for.ts";

const line = (message: string): HostEvent => ({
  kind: "line",
  time: new Date(0),
  level: "info",
  source: "user",
  component: "test",
  message,
  fields: {},
});

test("an event is sent as its ID, its kind, and one line of JSON", async () => {
  const log = new EventLog();
  log.add(line("two\nlines"));
  log.close();
  const pieces: string[] = [];
  for await (const piece of eventStream(log, {}, new AbortController().signal)) pieces.push(piece);
  expect(pieces[0]).toBe("retry: 1000\n\n");
  expect(pieces[1]).toMatch(
    /^id: [0-9a-f]{8}-1\nevent: line\ndata: \{"kind":"line","time":"1970-.*two\\nlines.*\}\n\n$/,
  );
});

test("an idle stream sends keep-alives", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const over = new AbortController();
  const log = new EventLog();
  const stream = eventStream(log, {}, over.signal);
  await stream.next();
  const beat = stream.next();
  await vi.advanceTimersByTimeAsync(15_000);
  expect(await beat).toEqual({ done: false, value: ":\n\n" });
  const next = stream.next();
  log.add(line("after the beat"));
  expect((await next).value).toContain("after the beat");
  over.abort();
  expect((await stream.next()).done).toBe(true);
});

/** A server with one log, and what its streams have produced so far. */
async function serve(log: EventLog) {
  const made = { pieces: 0, hasEnded: false };
  async function* counted(signal: AbortSignal) {
    try {
      for await (const piece of eventStream(log, {}, signal)) {
        made.pieces += 1;
        yield piece;
      }
    } finally {
      made.hasEnded = true;
    }
  }
  const server = createServer((_, response) => void writeStream(response, { status: 200, stream: counted }, {}));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => server.closeAllConnections());
  onTestFinished(() => void server.close());
  return { made, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function connect(url: string): Promise<IncomingMessage> {
  const [response] = (await once(get(url), "response")) as [IncomingMessage];
  onTestFinished(() => void response.destroy());
  return response;
}

test("a slow reader uses no memory, and learns what it missed", async () => {
  const log = new EventLog();
  const { made, url } = await serve(log);
  const response = await connect(url);
  response.pause();
  const text = "x".repeat(64 * 1024);
  // Far more than sockets and the log can buffer, in turns, so that the server could write all of it.
  for (let batch = 0; batch < 100; batch += 1) {
    for (let index = 0; index < 20; index += 1) log.add(line(text));
    await new Promise(setImmediate);
  }
  const whileSlow = made.pieces;
  log.close();
  let received = "";
  for await (const chunk of response.setEncoding("utf8")) received += chunk;
  expect(whileSlow).toBeLessThan(20);
  const [, missed = "0"] = /event: events-missed\ndata: .*"count":(\d+)/.exec(received) ?? [];
  expect(received.match(/event: line\n/g)?.length).toBe(2000 - Number(missed));
  expect(Number(missed)).toBeGreaterThan(500);
});

test("a reader that disconnects ends its stream", async () => {
  const { made, url } = await serve(new EventLog());
  const response = await connect(url);
  await once(response, "data");
  response.destroy();
  await waitFor(() => made.hasEnded);
});

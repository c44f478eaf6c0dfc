import type { EventFilter, NumberedEvent } from "@same-kit/local";
import { expect, test } from "vitest";
import { HostObserver } from "../../../../toolkit/src/adapters/app/host-observer.ts";

/** A host that returns these responses in turn. */
function observerOf(answers: (() => Response)[]) {
  const asked: string[] = [];
  const fetch = async (url: string | URL | Request) => {
    asked.push(String(url).replace(/^.*\/samekit\//, ""));
    const answer = answers.shift();
    if (answer === undefined) throw new TypeError("fetch failed");
    return answer();
  };
  return { observer: new HostObserver({ url: "http://localhost:1", fetch }), asked };
}

const STARTED = { kind: "worker-started", time: "2026-01-01T00:00:00.000Z", pid: 7 };

async function read(answers: (() => Response)[], filter: EventFilter) {
  const { observer, asked } = observerOf(answers);
  const events = await observer.open(filter, new AbortController().signal);
  const found: NumberedEvent[] = [];
  for await (const event of events ?? []) found.push(event);
  return { found, asked, isNull: events === null };
}

const message = (id: string, event: unknown) => `id: ${id}\nevent: x\ndata: ${JSON.stringify(event)}\n\n`;

test("events are parsed from a stream, with their IDs and times", async () => {
  const text = `retry: 1000\n\n:\n\n${message("h-1", STARTED)}${message("h-2", { ...STARTED, pid: 8 })}`;
  const { found, asked } = await read([() => new Response(text)], { from: "now", instanceId: "one" });
  expect(found.map(({ id, event }) => [id, event.kind, event.time])).toEqual([
    ["h-1", "worker-started", new Date(STARTED.time)],
    ["h-2", "worker-started", new Date(STARTED.time)],
  ]);
  expect(asked).toEqual(["events?from=now&instanceId=one"]);
});

test("all parts of a filter are sent", async () => {
  const filter = { from: "h-1", kinds: new Set(["line", "host-ready"]), follow: false };
  const { asked } = await read([() => new Response("")], filter);
  expect(asked).toEqual(["events?from=h-1&kinds=line%2Chost-ready&follow=false"]);
});

test("invalid events are skipped", async () => {
  const text = `id: h-1\ndata: nonsense\n\n${message("h-2", { some: "thing" })}`;
  expect((await read([() => new Response(text)], {})).found).toEqual([]);
});

test.each([
  ["of another version", [() => new Response("", { status: 404 })]],
  ["that does not answer", []],
])("a host %s has no events", async (_title, answers) => {
  expect((await read(answers, {})).isNull).toBe(true);
});

test("a blob is read in parts", async () => {
  const part = (bytes: number[]) => () => new Response(new Uint8Array(bytes), { headers: { "x-blob-size": "3" } });
  const { observer, asked } = observerOf([part([1, 2]), part([3])]);
  const parts: number[] = [];
  for await (const bytes of observer.readBlob("one/session")) parts.push(...bytes);
  expect(parts).toEqual([1, 2, 3]);
  expect(asked).toEqual(["blob?name=one%2Fsession&offset=0", "blob?name=one%2Fsession&offset=2"]);
});

test("a truncated blob is an error", async () => {
  const empty = () => new Response(new Uint8Array(), { headers: { "x-blob-size": "3" } });
  const { observer } = observerOf([empty]);
  await expect(observer.readBlob("one/session").next()).rejects.toThrow("ends after 0 of 3 bytes");
});

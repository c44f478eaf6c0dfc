import { expect, test } from "vitest";
import { type EventFilter, EventLog, type NumberedEvent } from "../../../local/src/events/event-log.ts";
import type { HostEvent } from "../../../local/src/events/host-event.ts";

function line(message: string, instanceId = "one"): HostEvent {
  const fields = { instanceId };
  return { kind: "line", time: new Date(0), level: "info", source: "user", component: "test", message, fields };
}

const textOf = (event: HostEvent) => (event.kind === "line" ? event.message : event);

/** All kept events as a reader receives them; closes the log. */
async function readAll(log: EventLog, filter: EventFilter = {}): Promise<NumberedEvent[]> {
  log.close();
  const found: NumberedEvent[] = [];
  for await (const batch of log.read(filter, new AbortController().signal)) found.push(...batch);
  return found;
}

const texts = (events: readonly NumberedEvent[]) => events.map(({ event }) => textOf(event));

test("a reader receives kept events, then new ones", async () => {
  const log = new EventLog();
  log.add(line("a"));
  const reader = log.read({}, new AbortController().signal);
  expect(texts((await reader.next()).value)).toEqual(["a"]);
  const next = reader.next();
  log.add(line("b"));
  expect(texts((await next).value)).toEqual(["b"]);
});

test("a burst is delivered in batches", async () => {
  const log = new EventLog();
  for (let index = 0; index < 600; index += 1) log.add(line(String(index)));
  const reader = log.read({}, new AbortController().signal);
  const sizes = [await reader.next(), await reader.next(), await reader.next()].map(({ value }) => value.length);
  expect(sizes).toEqual([256, 256, 88]);
});

test("an ID selects the events after it", async () => {
  const log = new EventLog();
  for (const text of ["a", "b", "c"]) log.add(line(text));
  const [, second] = await readAll(log);
  expect(texts(await readAll(log, { from: second?.id as string }))).toEqual(["c"]);
});

test.each([["of-another-host-2"], ["nonsense"], [""]])("with the ID %j a reader begins at the start", async (from) => {
  const log = new EventLog();
  log.add(line("a"));
  expect(texts(await readAll(log, { from }))).toEqual(["a"]);
});

test("with from=now only events after the call are read", async () => {
  const log = new EventLog();
  log.add(line("old"));
  const reader = log.read({ from: "now" }, new AbortController().signal);
  log.add(line("new"));
  expect(texts((await reader.next()).value)).toEqual(["new"]);
});

test("a filter excludes other instances, the host's own events and other kinds", async () => {
  const log = new EventLog();
  log.add(line("mine"));
  log.add(line("another's", "two"));
  log.add({ kind: "worker-started", time: new Date(0), pid: 1 });
  log.add({ kind: "function-started", time: new Date(0), invocationId: "i", functionName: "f", instanceId: "one" });
  expect(texts(await readAll(log, { instanceId: "one", kinds: new Set(["line"]) }))).toEqual(["mine"]);
  expect(await readAll(log, { instanceId: "one" })).toHaveLength(2);
});

test("excess events are dropped, oldest first, and a reader learns how many it missed", async () => {
  const log = new EventLog();
  const mebibyte = "x".repeat(1024 * 1024);
  const reader = log.read({}, new AbortController().signal);
  for (let number = 0; number < 20; number += 1) log.add(line(`${number} ${mebibyte}`));
  const [missed, first, ...others] = (await reader.next()).value as NumberedEvent[];
  expect(missed?.event).toMatchObject({ kind: "events-missed", count: 5 });
  expect(String(textOf(first?.event as HostEvent)).slice(0, 3)).toBe("5 x");
  expect(others).toHaveLength(14);
  expect(texts(await readAll(log, { from: missed?.id as string }))).toHaveLength(15);
});

test("numbering continues when many small events are dropped", async () => {
  const log = new EventLog();
  for (let number = 0; number < 65_000; number += 1) log.add(line(String(number)));
  const kept = texts(await readAll(log));
  expect({ count: kept.length, first: kept[0], last: kept.at(-1) }).toEqual({
    count: 20_000,
    first: "45000",
    last: "64999",
  });
});

test("a reader ends when its signal aborts", async () => {
  const over = new AbortController();
  const reader = new EventLog().read({}, over.signal);
  const next = reader.next();
  over.abort();
  expect(await next).toEqual({ done: true, value: undefined });
});

test("closing ends readers after the kept events, and later events are ignored", async () => {
  const log = new EventLog();
  log.add(line("last"));
  const reader = log.read({}, new AbortController().signal);
  log.close();
  log.add(line("too late"));
  expect(texts((await reader.next()).value)).toEqual(["last"]);
  expect((await reader.next()).done).toBe(true);
});

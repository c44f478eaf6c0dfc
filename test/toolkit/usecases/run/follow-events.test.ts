import type { EventFilter, HostEvent, NumberedEvent } from "@same-kit/local";
import { expect, test } from "vitest";
import type { HostEvents } from "../../../../toolkit/src/ports.ts";
import { followEvents } from "../../../../toolkit/src/usecases/run/follow-events.ts";
import { waitFor } from "../../../helpers/wait-for.ts";

const event = (pid: number): NumberedEvent => ({
  id: `h-${pid}`,
  event: { kind: "worker-started", time: new Date(0), pid },
});

/** A host whose streams are `streams` in turn; a string breaks the connection. */
function hostOf(...streams: (NumberedEvent | string)[][]) {
  const asked: EventFilter[] = [];
  const source: HostEvents = {
    async open(filter, signal) {
      asked.push(filter);
      const stream = streams.shift();
      return stream === undefined ? null : play(stream, signal, filter.follow !== false);
    },
  };
  return { source, asked };
}

async function* play(stream: (NumberedEvent | string)[], signal: AbortSignal, follow: boolean) {
  for (const it of stream) {
    if (typeof it === "string") throw new Error(it);
    yield it;
  }
  if (follow && !signal.aborted) {
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  }
}

async function follow(source: HostEvents, filter: EventFilter = { from: "now", instanceId: "run" }) {
  const seen: (number | null)[] = [];
  const onEvent = (it: HostEvent) => void (it.kind === "worker-started" && seen.push(it.pid));
  return { seen, followed: await followEvents(source, filter, onEvent) };
}

test("events are passed on as they happen, including the last ones before the stop", async () => {
  const { source, asked } = hostOf([event(1), event(2)], [event(3)]);
  const { seen, followed } = await follow(source);
  await waitFor(() => seen.length === 2);
  await followed?.stop();
  await followed?.stop();
  expect(seen).toEqual([1, 2, 3]);
  expect(asked).toEqual([
    { from: "now", instanceId: "run" },
    { from: "h-2", instanceId: "run", follow: false },
  ]);
});

test("a broken connection is resumed where it stopped", async () => {
  const { source, asked } = hostOf([event(1), "reset"], [event(2)], []);
  const { seen, followed } = await follow(source);
  await waitFor(() => seen.length === 2);
  await followed?.stop();
  expect(seen).toEqual([1, 2]);
  expect(asked[1]).toEqual({ from: "h-1", instanceId: "run" });
});

test("a connection that broke before its first event starts from the beginning, as no event of the run is older", async () => {
  const { source, asked } = hostOf(["reset"], [event(1)], []);
  const { seen, followed } = await follow(source);
  await waitFor(() => seen.length === 1);
  await followed?.stop();
  expect(asked[1]).toEqual({ from: "start", instanceId: "run" });
});

test("a host that no longer responds is given up", async () => {
  const { source, asked } = hostOf([event(1), "reset"]);
  const { followed } = await follow(source);
  await waitFor(() => asked.length === 2);
  await followed?.stop();
  expect(asked).toHaveLength(3);
});

test("a host of another version cannot be followed", async () => {
  expect((await follow(hostOf().source)).followed).toBeNull();
});

import { type Clock, createLogger, type LogEntry } from "@same-kit/shared";
import { expect, onTestFinished, test } from "vitest";
import { PollLoop } from "../../../../local/src/engine/messages/poll-loop.ts";
import { FakeClock } from "../../../helpers/fake-clock.ts";
import { waitFor } from "../../../helpers/wait-for.ts";

/** A loop whose polls find what `finds` says, in turn, and whose pauses take no time; it sleeps for good after the last. */
function startLoop(finds: (number | Error)[], maxIntervalMs = 1_000) {
  const pauses: number[] = [];
  const logged: LogEntry[] = [];
  const fake = new FakeClock();
  const clock: Clock = {
    now: () => fake.now(),
    nowTicks: () => fake.nowTicks(),
    async sleep(ms, signal) {
      pauses.push(ms);
      if (finds.length > 0 || signal?.aborted) return;
      await new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve()));
    },
  };
  const poll = async () => {
    const found = finds.shift() ?? 0;
    if (found instanceof Error) throw found;
    return found;
  };
  const log = createLogger((entry) => logged.push(entry), "test");
  const loop = new PollLoop({ poll, clock, log, name: "queue", maxIntervalMs });
  loop.start();
  onTestFinished(() => loop.stop());
  return { loop, pauses, logged };
}

test("empty polls come ever more seldom, up to the limit", async () => {
  const { pauses } = startLoop([0, 0, 0, 0, 0, 0, 0]);
  await waitFor(() => pauses.length === 7);
  expect(pauses).toEqual([50, 100, 200, 400, 800, 1_000, 1_000]);
});

test("after a message the next poll follows at once, and the pauses begin again", async () => {
  const { pauses } = startLoop([0, 0, 5, 0, 0]);
  await waitFor(() => pauses.length === 4);
  expect(pauses).toEqual([50, 100, 50, 100]);
});

test("a wake ends a pause and makes the next ones short", async () => {
  const { loop, pauses } = startLoop([0, 0, 0]);
  await waitFor(() => pauses.length === 3);
  loop.wake();
  await waitFor(() => pauses.length === 4);
  expect(pauses).toEqual([50, 100, 200, 50]);
});

test("a poll that fails is told, and tried again after a second", async () => {
  const { pauses, logged } = startLoop([new Error("no route"), 0]);
  await waitFor(() => pauses.length === 2);
  expect(pauses[0]).toBe(1_000);
  expect(logged).toMatchObject([{ level: "warn", fields: { name: "queue", reason: "no route" } }]);
});

test("an outage is told once, and the next one again", async () => {
  const { pauses, logged } = startLoop([new Error("gone"), new Error("gone"), 0, new Error("gone again")]);
  await waitFor(() => pauses.length === 4);
  expect(logged.map(({ level, fields }) => [level, fields["reason"]])).toEqual([
    ["warn", "gone"],
    ["debug", "gone"],
    ["warn", "gone again"],
  ]);
});

test("a wake while the answer is under way makes the next poll follow at once", async () => {
  const { loop, pauses } = startLoop([0, 0, 0]);
  loop.wake();
  await waitFor(() => pauses.length === 2);
  expect(pauses).toEqual([50, 100]);
});

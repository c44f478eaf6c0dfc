import { createLogger, type LogEntry } from "@same-kit/shared";
import { expect, onTestFinished, test } from "vitest";
import { PollLoop } from "../../../../local/src/engine/delivery/poll-loop.ts";
import { VirtualClock } from "../../../helpers/virtual-clock.ts";

/** A loop whose polls return `finds` in turn, then nothing; `polls` are the times of its polls in milliseconds. */
function startLoop(finds: (number | Error)[] = [], maxIntervalMs = 1_000) {
  const clock = new VirtualClock();
  const startedAtMs = clock.now().getTime();
  const polls: number[] = [];
  const logged: LogEntry[] = [];
  const poll = async () => {
    polls.push(clock.now().getTime() - startedAtMs);
    const found = finds.shift() ?? 0;
    if (found instanceof Error) throw found;
    return found;
  };
  const log = createLogger((entry) => logged.push(entry), "test");
  const loop = new PollLoop({ poll, clock, log, name: "queue", maxIntervalMs });
  loop.start();
  onTestFinished(() => loop.stop());
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  /** Advances from pause to pause until the given time has passed. */
  const passMs = async (ms: number) => {
    const endsAtMs = clock.now().getTime() + ms;
    await settle();
    for (let next = clock.nextDueMs({ withRoutine: true }); next !== null && next <= endsAtMs; ) {
      clock.moveTo(next);
      await settle();
      next = clock.nextDueMs({ withRoutine: true });
    }
    clock.moveTo(endsAtMs);
    await settle();
  };
  const after = (ms: number) => new Date(startedAtMs + ms);
  return { loop, polls, logged, passMs, after };
}

test("the pauses after empty polls grow up to the limit", async () => {
  const { polls, passMs } = startLoop();
  await passMs(3_600);
  expect(polls).toEqual([0, 400, 1_200, 2_200, 3_200]);
});

test("after a message the next poll follows immediately, and the pauses start over", async () => {
  const { polls, passMs } = startLoop([0, 0, 5, 0, 0]);
  await passMs(1_350);
  expect(polls).toEqual([0, 400, 1_200, 1_200, 1_250, 1_350]);
});

test("a wake-up ends a pause and shortens the next ones", async () => {
  const { loop, polls, passMs } = startLoop();
  await passMs(200);
  loop.wake();
  await passMs(160);
  expect(polls).toEqual([0, 200, 250, 350]);
});

test("a wake-up during a poll makes the next poll follow immediately", async () => {
  const { loop, polls, passMs } = startLoop();
  loop.wake();
  await passMs(60);
  expect(polls).toEqual([0, 0, 50]);
});

test("an expected message is polled for when it is due, however long the pause", async () => {
  const { loop, polls, passMs, after } = startLoop([], 60_000);
  await passMs(4_000);
  polls.length = 0;
  loop.expectAt(after(5_000));
  loop.expectAt(after(4_500));
  loop.expectAt(after(4_500));
  await passMs(1_040);
  expect(polls).toEqual([4_500, 4_550, 4_650, 4_850, 5_000]);
});

test("each of several expected messages is polled for, whatever the order in which they are announced", async () => {
  const { loop, polls, passMs, after } = startLoop([], 60_000);
  await passMs(4_000);
  polls.length = 0;
  for (const ms of [9_000, 5_000, 21_000, 7_000]) loop.expectAt(after(ms));
  await passMs(20_000);
  const expected = [5_000, 7_000, 9_000, 21_000];
  expect(polls.filter((ms) => expected.includes(ms))).toEqual(expected);
});

test("a message that is expected now is polled for immediately", async () => {
  const { loop, polls, passMs, after } = startLoop([], 60_000);
  await passMs(4_000);
  polls.length = 0;
  loop.expectAt(after(3_000));
  await passMs(0);
  expect(polls).toEqual([4_000]);
});

test("a failed poll is reported, and retried after a second", async () => {
  const { polls, logged, passMs } = startLoop([new Error("no route")]);
  await passMs(1_000);
  expect(polls).toEqual([0, 1_000]);
  expect(logged).toMatchObject([{ level: "warn", fields: { name: "queue", reason: "no route" } }]);
});

test("an outage is reported once, and so is the next one", async () => {
  const { logged, passMs } = startLoop([new Error("gone"), new Error("gone"), 0, new Error("gone again")]);
  await passMs(4_000);
  expect(logged.map(({ level, fields }) => [level, fields["reason"]])).toEqual([
    ["warn", "gone"],
    ["debug", "gone"],
    ["warn", "gone again"],
  ]);
});

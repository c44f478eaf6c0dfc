import { expect, test } from "vitest";
import { pollUntil, type Waiting } from "../../../toolkit/src/adapters/poll-until.ts";
import { acceleratedWaits } from "../../../toolkit/src/deployment/accelerated-waits.ts";

function fakeWaiting(): Waiting & { slept: number[] } {
  let at = 0;
  const slept: number[] = [];
  return {
    slept,
    now: () => at,
    async sleep(ms) {
      slept.push(ms);
      at += ms;
    },
  };
}

const signal = new AbortController().signal;

test("it is tried until the limit, and not beyond", async () => {
  const waiting = fakeWaiting();
  let tries = 0;
  const attempt = async () => {
    tries += 1;
    return null;
  };
  expect(await pollUntil({ attempt, everyMs: 2_000, limitMs: 10_000, waiting, signal })).toBeNull();
  expect(tries).toBe(6);
  expect(waiting.now()).toBe(10_000);
});

test("what was found is given at once", async () => {
  const waiting = fakeWaiting();
  expect(await pollUntil({ attempt: async () => "x", everyMs: 1, limitMs: 1, waiting, signal })).toBe("x");
  expect(waiting.slept).toEqual([]);
});

test("an interrupt ends it", async () => {
  const stop = new AbortController();
  const attempt = async () => {
    stop.abort(new Error("stopped"));
    return null;
  };
  await expect(
    pollUntil({ attempt, everyMs: 1, limitMs: 1_000, waiting: fakeWaiting(), signal: stop.signal }),
  ).rejects.toThrow("stopped");
});

test("accelerated waits are shorter and count in full", async () => {
  const real = fakeWaiting();
  const waiting = acceleratedWaits(20, real);
  await waiting.sleep(60_000);
  expect(real.slept).toEqual([3_000]);
  expect(waiting.now()).toBe(60_000);
});

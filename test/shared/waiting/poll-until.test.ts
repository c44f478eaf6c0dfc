import { expect, test } from "vitest";
import { pollUntil, waitingBy } from "../../../shared/src/waiting/poll-until.ts";
import { FakeClock } from "../../helpers/fake-clock.ts";
import { fakeWaiting } from "../../helpers/fake-waiting.ts";

/** Returns null `times` times, then `value`. */
function after<T>(times: number, value: T): () => T | null {
  let tries = 0;
  return () => (++tries > times ? value : null);
}

test("the last attempt is made when the limit has passed", async () => {
  const waiting = fakeWaiting();
  let tries = 0;
  const attempt = async () => {
    tries += 1;
    return null;
  };
  expect(await pollUntil({ attempt, everyMs: 2_000, limitMs: 5_000, waiting })).toBeNull();
  expect(waiting.slept).toEqual([2_000, 2_000, 1_000]);
  expect(tries).toBe(4);
});

test("a result is returned immediately", async () => {
  const waiting = fakeWaiting();
  expect(await pollUntil({ attempt: async () => "x", everyMs: 1, limitMs: 1, waiting })).toBe("x");
  expect(waiting.slept).toEqual([]);
});

test("without a limit it polls until there is a result", async () => {
  const waiting = fakeWaiting();
  expect(await pollUntil({ attempt: after(500, "found"), everyMs: 60_000, waiting })).toBe("found");
  expect(waiting.slept).toHaveLength(500);
});

test("false is a result", async () => {
  expect(await pollUntil({ attempt: () => false, everyMs: 1 })).toBe(false);
});

test("an error in an attempt ends the wait", async () => {
  const attempt = () => Promise.reject(new Error("refused"));
  await expect(pollUntil({ attempt, everyMs: 1, waiting: fakeWaiting() })).rejects.toThrow("refused");
});

test("an abort ends the wait with its reason", async () => {
  const stop = new AbortController();
  const attempt = () => {
    stop.abort(new Error("stopped"));
    return null;
  };
  const polling = pollUntil({ attempt, everyMs: 1, waiting: fakeWaiting(), signal: stop.signal });
  await expect(polling).rejects.toThrow("stopped");
});

test("the given clock is used for waiting", async () => {
  const clock = new FakeClock("2026-01-01T00:00:00.000Z");
  expect(await pollUntil({ attempt: () => null, everyMs: 250, limitMs: 1_000, waiting: waitingBy(clock) })).toBeNull();
  expect(clock.now().toISOString()).toBe("2026-01-01T00:00:01.000Z");
});

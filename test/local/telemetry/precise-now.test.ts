import { expect, test } from "vitest";
import { createPreciseClock } from "../../../local/src/telemetry/precise-now.ts";

test("times have fractions, and are correct again after the machine has slept", () => {
  const time = { wall: 1_000_000, monotonic: 50 };
  const now = createPreciseClock(
    () => Math.floor(time.wall),
    () => time.monotonic,
  );
  const pass = (ms: number) => Object.assign(time, { wall: time.wall + ms, monotonic: time.monotonic + ms });
  pass(0.25);
  expect(now()).toBe(1_000_000.25);
  time.wall += 3_600_000;
  expect(now()).toBe(4_600_000);
  pass(1.5);
  expect(now()).toBe(4_600_001.5);
});

import { expect, test } from "vitest";
import { nextDelayMs, parseRetryPolicy } from "../../../../../local/src/engine/orchestrations/replay/retry-policy.ts";

const OPTIONS = { firstRetryIntervalInMilliseconds: 1000, maxNumberOfAttempts: 3 };
const SIX_DAYS_MS = 6 * 24 * 3_600_000;

test("options that are not set have the defaults of DurableTask.Core", () => {
  expect(parseRetryPolicy(OPTIONS)).toEqual({
    firstDelayMs: 1000,
    maxAttempts: 3,
    backoff: 1,
    maxDelayMs: SIX_DAYS_MS,
    timeoutMs: Number.POSITIVE_INFINITY,
  });
});

test("the delay grows with each failed attempt, up to the longest", () => {
  const policy = parseRetryPolicy({ ...OPTIONS, backoffCoefficient: 2, maxRetryIntervalInMilliseconds: 5000 });
  expect([1, 2, 3, 4].map((failed) => nextDelayMs(policy, failed))).toEqual([1000, 2000, 4000, 5000]);
});

test.each([
  [null, "a first retry interval"],
  [{ maxNumberOfAttempts: 3 }, "a first retry interval"],
  [{ ...OPTIONS, firstRetryIntervalInMilliseconds: 0 }, "a first retry interval"],
  [{ ...OPTIONS, maxNumberOfAttempts: 0 }, "a number of attempts"],
  [{ ...OPTIONS, maxNumberOfAttempts: "3" }, "a number of attempts"],
  [{ ...OPTIONS, firstRetryIntervalInMilliseconds: SIX_DAYS_MS + 1 }, "6 days"],
  [{ ...OPTIONS, maxRetryIntervalInMilliseconds: SIX_DAYS_MS + 1 }, "6 days"],
])("%j is not a retry policy", (options, message) => {
  expect(() => parseRetryPolicy(options)).toThrow(message);
});

test("six days are the longest interval", () => {
  const longest = { firstRetryIntervalInMilliseconds: SIX_DAYS_MS, maxRetryIntervalInMilliseconds: SIX_DAYS_MS };
  expect(parseRetryPolicy({ ...OPTIONS, ...longest })).toMatchObject({ firstDelayMs: SIX_DAYS_MS });
});

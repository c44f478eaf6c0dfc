import { expect, test } from "vitest";
import { invokeWithRetries, readRetryPolicy } from "../../../local/src/host/retry-policy.ts";
import type { RetryContext } from "../../../local/src/worker/messages.ts";
import { FakeClock } from "../../helpers/fake-clock.ts";

const seconds = (count: number) => ({ seconds: count });
const FIXED = { retryStrategy: "fixedDelay", maxRetryCount: 2, delayInterval: seconds(10) };
const BACKOFF = {
  retryStrategy: "exponentialBackoff",
  maxRetryCount: 5,
  minimumInterval: seconds(4),
  maximumInterval: seconds(20),
};

async function run(options: unknown, failures: number) {
  const clock = new FakeClock("2026-01-01T00:00:00.000Z");
  const calls: { at: number; context: RetryContext | undefined }[] = [];
  const invoke = async (context?: RetryContext) => {
    calls.push({ at: (clock.now().getTime() - Date.parse("2026-01-01T00:00:00.000Z")) / 1000, context });
    if (calls.length <= failures) {
      return { status: "failure", exception: { message: `failure ${calls.length}`, stackTrace: null } } as const;
    }
    return { status: "success", outputData: [], isEmpty: true } as const;
  };
  const { signal } = new AbortController();
  const result = await invokeWithRetries(invoke, readRetryPolicy(options), { clock, signal });
  return { status: result?.status, calls };
}

test("there is a fixed delay before each retry, and each one receives the previous failure", async () => {
  const { status, calls } = await run(FIXED, 2);
  expect(status).toBe("success");
  expect(calls.map(({ at }) => at)).toEqual([0, 10, 20]);
  expect(calls.map(({ context }) => context)).toEqual([
    undefined,
    { retryCount: 1, maxRetryCount: 2, exception: { message: "failure 1", stackTrace: "", source: "" } },
    { retryCount: 2, maxRetryCount: 2, exception: { message: "failure 2", stackTrace: "", source: "" } },
  ]);
});

test("delays grow up to their maximum", async () => {
  expect((await run(BACKOFF, 5)).calls.map(({ at }) => at)).toEqual([0, 4, 12, 28, 48, 68]);
});

test("the last failure is returned when the retries are used up", async () => {
  const { status, calls } = await run(FIXED, 9);
  expect([status, calls.length]).toEqual(["failure", 3]);
});

test("a limit of -1 means no limit", async () => {
  expect((await run({ ...FIXED, maxRetryCount: -1 }, 50)).calls).toHaveLength(51);
});

test.each([
  undefined,
  {},
  { ...FIXED, retryStrategy: "other" },
  { ...FIXED, delayInterval: undefined },
  { ...BACKOFF, maximumInterval: undefined },
])("without a complete policy there is one call: %j", async (options) => {
  expect((await run(options, 1)).calls).toHaveLength(1);
});

test("nothing is retried while the host stops", async () => {
  const stopping = new AbortController();
  const failure = { status: "failure", exception: { message: "x", stackTrace: null } } as const;
  let calls = 0;
  const invoke = async () => {
    calls += 1;
    stopping.abort();
    return failure;
  };
  const policy = readRetryPolicy(FIXED);
  expect(await invokeWithRetries(invoke, policy, { clock: new FakeClock(), signal: stopping.signal })).toBe(failure);
  expect(calls).toBe(1);
});

import { isRecord } from "@same-kit/shared";
import { ReplayFailure } from "./replay-failure.ts";

export type RetryPolicy = {
  firstDelayMs: number;
  maxAttempts: number;
  backoff: number;
  maxDelayMs: number;
  /** Infinity if the app set none. */
  timeoutMs: number;
};

// Storage cannot delay a message for more than seven days, so the extension allows no longer interval.
const LONGEST_DELAY_MS = 6 * 24 * 60 * 60 * 1000;

/** Parses the SDK's `retryOptions`, filling in the defaults of DurableTask.Core's RetryOptions. */
export function parseRetryPolicy(value: unknown): RetryPolicy {
  const options = isRecord(value) ? value : {};
  const policy = {
    firstDelayMs: numberOr(options["firstRetryIntervalInMilliseconds"], Number.NaN),
    maxAttempts: numberOr(options["maxNumberOfAttempts"], Number.NaN),
    backoff: numberOr(options["backoffCoefficient"], 1),
    maxDelayMs: numberOr(options["maxRetryIntervalInMilliseconds"], LONGEST_DELAY_MS),
    timeoutMs: numberOr(options["retryTimeoutInMilliseconds"], Number.POSITIVE_INFINITY),
  };
  if (!(policy.firstDelayMs > 0) || !(policy.maxAttempts > 0)) {
    throw new ReplayFailure("Retry options need a first retry interval and a number of attempts above 0.");
  }
  if (policy.firstDelayMs > LONGEST_DELAY_MS || policy.maxDelayMs > LONGEST_DELAY_MS) {
    throw new ReplayFailure("The Azure Storage provider supports a maximum of 6 days for retry intervals.");
  }
  return policy;
}

/**
 * The delay before the next attempt, in milliseconds.
 *
 * @param failedAttempts - Attempts that have failed, at least 1.
 * @see Azure/durabletask, DurableTask.Core/RetryInterceptor.cs, ComputeNextDelay
 */
export function nextDelayMs(policy: RetryPolicy, failedAttempts: number): number {
  return Math.min(policy.firstDelayMs * policy.backoff ** (failedAttempts - 1), policy.maxDelayMs);
}

function numberOr(value: unknown, fallback: number): number {
  return typeof value === "number" ? value : fallback;
}

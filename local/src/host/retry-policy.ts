import { type Clock, isRecord } from "@same-kit/shared";
import type { WorkerInvocationResult } from "../worker/language-worker.ts";
import type { RetryContext } from "../worker/messages.ts";

/** A function's own `retry`, as the app registered it. */
type RetryPolicy = {
  /** -1 for no limit. */
  maxRetryCount: number;
  /** Delay before the given retry; the first retry is 1. */
  delayMs(retry: number): number;
};

const NO_LIMIT = -1;

/**
 * @param retryOptions - `{ retryStrategy, maxRetryCount, delayInterval | minimumInterval, maximumInterval: { seconds }
 *   }`.
 * @returns undefined if there is no policy, or it lacks what its strategy requires.
 * @see Azure/azure-webjobs-sdk, Microsoft.Azure.WebJobs.Host/Retry/ExponentialBackoffRetryAttribute.cs
 */
export function readRetryPolicy(retryOptions: unknown): RetryPolicy | undefined {
  if (!isRecord(retryOptions)) return undefined;
  const { retryStrategy, maxRetryCount, delayInterval, minimumInterval, maximumInterval } = retryOptions;
  if (typeof maxRetryCount !== "number") return undefined;
  switch (String(retryStrategy).toLowerCase()) {
    case "fixeddelay": {
      const delay = toMs(delayInterval);
      return delay === undefined ? undefined : { maxRetryCount, delayMs: () => delay };
    }
    case "exponentialbackoff": {
      const [min, max] = [toMs(minimumInterval), toMs(maximumInterval)];
      if (min === undefined || max === undefined) return undefined;
      return { maxRetryCount, delayMs: (retry) => Math.min(max, min * 2 ** Math.min(retry - 1, 30)) };
    }
    default:
      return undefined;
  }
}

function toMs(duration: unknown): number | undefined {
  const seconds = isRecord(duration) ? Number(duration["seconds"]) : Number.NaN;
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

type Result = WorkerInvocationResult | undefined;

/** Calls until one call succeeds, the policy ends, or `signal` aborts; the last result counts. */
export async function invokeWithRetries(
  invoke: (retryContext?: RetryContext) => Promise<Result>,
  policy: RetryPolicy | undefined,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<Result> {
  let result = await invoke();
  if (policy === undefined) return result;
  const { maxRetryCount } = policy;
  for (let retry = 1; maxRetryCount === NO_LIMIT || retry <= maxRetryCount; retry += 1) {
    if (result?.status !== "failure") return result;
    await clock.sleep(policy.delayMs(retry), signal);
    if (signal.aborted) return result;
    const { message, stackTrace } = result.exception;
    result = await invoke({
      retryCount: retry,
      maxRetryCount,
      exception: { message, stackTrace: stackTrace ?? "", source: "" },
    });
  }
  return result;
}

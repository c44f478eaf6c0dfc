import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "./clock.ts";

/** Time as used for waiting: the system's, a test's, or an accelerated one for a rehearsal. */
export type Waiting = {
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Returns early, or throws, when `signal` aborts. */
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
};

export const systemWaiting: Waiting = {
  now: () => Date.now(),
  sleep: (ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }),
};

/** Waiting by an engine clock. */
export const waitingBy = (clock: Clock): Waiting => ({
  now: () => clock.now().getTime(),
  sleep: (ms, signal) => clock.sleep(ms, signal),
});

type PollOptions<T> = {
  /** Returns null to try again later; an error ends the wait. */
  attempt: () => Promise<T | null> | T | null;
  everyMs: number;
  /** Default: {@link systemWaiting}. */
  waiting?: Waiting;
  /** When it aborts, the wait throws its reason. */
  signal?: AbortSignal;
};

/** Calls `attempt` until it returns a value. */
export async function pollUntil<T>(options: PollOptions<T>): Promise<T>;
/**
 * Calls `attempt` until it returns a value or `limitMs` has passed; the last attempt is made when the limit has passed.
 *
 * @returns null if the limit passed.
 */
export async function pollUntil<T>(options: PollOptions<T> & { limitMs: number }): Promise<T | null>;
export async function pollUntil<T>(options: PollOptions<T> & { limitMs?: number }): Promise<T | null> {
  const { attempt, everyMs, limitMs = Number.POSITIVE_INFINITY, waiting = systemWaiting, signal } = options;
  const endsAt = waiting.now() + limitMs;
  for (;;) {
    signal?.throwIfAborted();
    const found = await attempt();
    if (found !== null) return found;
    const leftMs = endsAt - waiting.now();
    if (leftMs <= 0) return null;
    await waiting.sleep(Math.min(everyMs, leftMs), signal);
  }
}

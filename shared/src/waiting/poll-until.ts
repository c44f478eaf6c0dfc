import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "./clock.ts";

/** Time as waiting needs it: the system's, a test's, or one that runs faster for a rehearsal. */
export type Waiting = {
  /** Milliseconds since 1970. */
  now: () => number;
  /** Ends early, by throwing or by returning, when `signal` aborts. */
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
};

export const systemWaiting: Waiting = {
  now: () => Date.now(),
  sleep: (ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }),
};

export const waitingBy = (clock: Clock): Waiting => ({
  now: () => clock.now().getTime(),
  sleep: (ms, signal) => clock.sleep(ms, signal),
});

type PollOptions<T> = {
  /** Gives null while it is too early; what it throws ends the wait. */
  attempt: () => Promise<T | null> | T | null;
  everyMs: number;
  /** Default: {@link systemWaiting}. */
  waiting?: Waiting;
  /** Ends the wait by throwing its reason. */
  signal?: AbortSignal;
};

/** Calls `attempt` until it gives something. */
export async function pollUntil<T>(options: PollOptions<T>): Promise<T>;
/**
 * Calls `attempt` until it gives something, at most `limitMs` long and the last time when that has passed.
 *
 * @returns null when the limit passed.
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

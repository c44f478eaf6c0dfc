export type Waiting = { sleep: (ms: number, signal?: AbortSignal) => Promise<void>; now: () => number };

/**
 * Calls `attempt` until it gives something, at most `limitMs` long.
 *
 * @param options.attempt - Gives null while it is too early; what it throws ends the wait.
 * @returns null when the limit passed.
 */
export async function pollUntil<T>(options: {
  attempt: () => Promise<T | null>;
  everyMs: number;
  limitMs: number;
  waiting: Waiting;
  signal: AbortSignal;
}): Promise<T | null> {
  const { attempt, everyMs, limitMs, waiting, signal } = options;
  const endsAt = waiting.now() + limitMs;
  for (;;) {
    signal.throwIfAborted();
    const found = await attempt();
    if (found !== null) return found;
    if (waiting.now() + everyMs > endsAt) return null;
    await waiting.sleep(everyMs, signal);
  }
}

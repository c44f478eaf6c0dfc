import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 10;

/**
 * Resolves with the first value of `condition` that is not `undefined` or `false`.
 *
 * @throws Error if there is none before `deadlineMs` have passed; it says what was waited for.
 */
export async function waitFor<Value>(
  condition: () => Value | undefined | false | Promise<Value | undefined | false>,
  { what = "the condition", deadlineMs = 15_000 }: { what?: string; deadlineMs?: number } = {},
): Promise<Value> {
  const endsAt = performance.now() + deadlineMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > endsAt) throw new Error(`Waited ${deadlineMs} ms in vain for ${what}.`);
    await delay(POLL_MS);
  }
}

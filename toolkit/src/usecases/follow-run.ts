import { setTimeout as delay } from "node:timers/promises";
import type { AppClient } from "../adapters/app/app-client.ts";
import { isFinal, type RunStatus, type StartedRun } from "../adapters/app/run-status.ts";

// Fast at first, because most runs are short, and after a wake-up; rarely while wake-ups arrive.
const POLL_STEPS: readonly { untilMs: number; everyMs: number }[] = [
  { untilMs: 3_000, everyMs: 60 },
  { untilMs: 20_000, everyMs: 200 },
];
const SELDOM_MS = 1_000;

export type FollowOptions = {
  client: Pick<AppClient, "status">;
  run: StartedRun;
  onStatus: (status: RunStatus) => void;
  /** Triggers an immediate poll; without it, polling is more frequent. */
  wake?: WakeSignal | undefined;
  /** The run was sent a moment ago: with `wake`, the first poll waits for it. */
  isJustSent?: boolean;
  signal: AbortSignal;
};

/** Polls until the run has ended. @returns null if the app does not know the run (any more). */
export async function followRun(options: FollowOptions): Promise<RunStatus | null> {
  const { client, run, onStatus, wake, isJustSent = false, signal } = options;
  let sinceMs = wake === undefined ? performance.now() : Number.NEGATIVE_INFINITY;
  const rest = async () => {
    if (await pause(performance.now() - sinceMs, wake, signal)) sinceMs = performance.now();
    signal.throwIfAborted();
  };
  if (isJustSent && wake !== undefined) await rest();
  for (;;) {
    const status = await client.status(run, signal);
    if (status === null) return null;
    onStatus(status);
    if (isFinal(status)) return status;
    // The change that caused the wake-up may be written a moment later.
    await rest();
  }
}

/** @returns whether it was woken up. */
async function pause(elapsedMs: number, wake: WakeSignal | undefined, signal: AbortSignal): Promise<boolean> {
  const everyMs = POLL_STEPS.find(({ untilMs }) => elapsedMs < untilMs)?.everyMs ?? SELDOM_MS;
  const over = new AbortController();
  const waited = delay(everyMs, false, { signal: AbortSignal.any([signal, over.signal]) }).catch(() => false);
  const woken = wake?.next().then(() => true) ?? new Promise<never>(() => {});
  const isWoken = await Promise.race([waited, woken]);
  over.abort();
  return isWoken;
}

/** Wakes a waiter at the next call of `give`. */
export class WakeSignal {
  #resume: () => void = () => {};
  #isGiven = false;

  give(): void {
    this.#isGiven = true;
    this.#resume();
  }

  async next(): Promise<void> {
    if (!this.#isGiven) {
      await new Promise<void>((resolve) => {
        this.#resume = resolve;
      });
    }
    this.#isGiven = false;
  }
}

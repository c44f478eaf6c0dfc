import { setTimeout as delay } from "node:timers/promises";
import type { AppClient } from "../adapters/app/app-client.ts";
import { isFinal, type RunStatus, type StartedRun } from "../adapters/app/run-status.ts";

// Fast at first, because most runs are short; a host of our own tells besides when it is worth to look.
const POLL_STEPS: readonly { untilMs: number; everyMs: number }[] = [
  { untilMs: 3_000, everyMs: 60 },
  { untilMs: 20_000, everyMs: 200 },
  { untilMs: Number.POSITIVE_INFINITY, everyMs: 1_000 },
];

export type FollowOptions = {
  client: Pick<AppClient, "status">;
  run: StartedRun;
  onStatus: (status: RunStatus) => void;
  /** Lets the next look happen at once. */
  nudge?: Nudge;
  signal: AbortSignal;
};

/** Asks until the run has ended. @returns null where the app does not know the run (any more). */
export async function followRun({ client, run, onStatus, nudge, signal }: FollowOptions): Promise<RunStatus | null> {
  const startedAt = performance.now();
  for (;;) {
    const status = await client.status(run, signal);
    if (status === null) return null;
    onStatus(status);
    if (isFinal(status)) return status;
    const { everyMs } = POLL_STEPS.find(({ untilMs }) => performance.now() - startedAt < untilMs) as {
      everyMs: number;
    };
    await Promise.race([delay(everyMs, undefined, { signal }), nudge?.next() ?? new Promise(() => {})]).catch(() => {});
    signal.throwIfAborted();
  }
}

/** Wakes whoever waits for the next call of `give`. */
export class Nudge {
  #wake: () => void = () => {};
  #isGiven = false;

  give(): void {
    this.#isGiven = true;
    this.#wake();
  }

  async next(): Promise<void> {
    if (!this.#isGiven) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#isGiven = false;
  }
}

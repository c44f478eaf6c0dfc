import type { Clock, Logger } from "@same-kit/shared";

export type PollLoopOptions = {
  /** Gets and hands over what is there. @returns how many messages there were. */
  poll: () => Promise<number>;
  clock: Clock;
  log: Logger;
  /** Component in the log. */
  name: string;
  maxIntervalMs: number;
};

const FIRST_INTERVAL_MS = 50;
const FAILURE_INTERVAL_MS = 1_000;

/**
 * Polls at once after something came, and ever more seldom while nothing does; {@link PollLoop.wake} ends a pause.
 *
 * @see Azure/durabletask, DurableTask.AzureStorage/BackoffPollingHelper.cs
 */
export class PollLoop {
  readonly #options: PollLoopOptions;
  readonly #stopped = new AbortController();
  #pause = new AbortController();
  #isWoken = false;
  #isComplaining = false;
  #timers = new Set<NodeJS.Timeout>();
  #loop: Promise<void> = Promise.resolve();

  constructor(options: PollLoopOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.wake();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    await this.#loop;
  }

  wake(): void {
    this.#isWoken = true;
    this.#pause.abort();
  }

  /** Wakes when a message that this process sent becomes visible. */
  wakeAt(time: Date): void {
    const ms = time.getTime() - this.#options.clock.now().getTime();
    if (ms > 2 ** 31 - 1 || this.#stopped.signal.aborted) return; // Longer than a timer can wait: polling finds it.
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        this.wake();
      },
      Math.max(0, ms),
    );
    timer.unref();
    this.#timers.add(timer);
  }

  async #run(): Promise<void> {
    const { clock, maxIntervalMs } = this.#options;
    let intervalMs = FIRST_INTERVAL_MS;
    while (!this.#stopped.signal.aborted) {
      this.#isWoken = false;
      const found = await this.#pollOnce();
      // What was sent while the answer was under way may not be in it.
      if (found > 0 || (found === 0 && this.#isWoken)) {
        intervalMs = FIRST_INTERVAL_MS;
        continue;
      }
      this.#pause = new AbortController();
      await clock.sleep(found < 0 ? FAILURE_INTERVAL_MS : intervalMs, this.#pause.signal);
      intervalMs = this.#isWoken ? FIRST_INTERVAL_MS : Math.min(intervalMs * 2, maxIntervalMs);
    }
  }

  /** @returns -1 where it failed. */
  async #pollOnce(): Promise<number> {
    const { poll, log, name } = this.#options;
    try {
      const found = await poll();
      this.#isComplaining = false;
      return found;
    } catch (error) {
      if (this.#stopped.signal.aborted) return -1;
      // Once per outage, not once per attempt.
      const level = this.#isComplaining ? "debug" : "warn";
      this.#isComplaining = true;
      log.log(level, "Polling failed; it is tried again.", { name, reason: (error as Error).message });
      return -1;
    }
  }
}

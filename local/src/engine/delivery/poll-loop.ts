import { type Clock, type Logger, reasonOf } from "@same-kit/shared";

type PollLoopOptions = {
  /** Fetches and hands over the available messages. @returns Their number. */
  poll: () => Promise<number>;
  clock: Clock;
  log: Logger;
  /** Component in the log. */
  name: string;
  maxIntervalMs: number;
};

const FIRST_INTERVAL_MS = 50;
// Start-up is a busy time, and what this process sends wakes the loop.
const START_INTERVAL_MS = 400;
const FAILURE_INTERVAL_MS = 1_000;
// The longest delay of a queue message; a system timer can wait up to 24 days.
const MAX_WAIT_MS = 7 * 24 * 3600 * 1000;

/**
 * Polls immediately after messages arrived, and with growing intervals while there are none; {@link PollLoop.wake} ends
 * a pause.
 *
 * @see Azure/durabletask, DurableTask.AzureStorage/BackoffPollingHelper.cs
 */
export class PollLoop {
  readonly #options: PollLoopOptions;
  readonly #stopped = new AbortController();
  #pause = new AbortController();
  #isWoken = false;
  #hasWarned = false;
  /** When messages become visible, in milliseconds since the epoch, earliest first. */
  #expected: number[] = [];
  #loop: Promise<void> = Promise.resolve();

  constructor(options: PollLoopOptions) {
    this.#options = options;
  }

  /** @param pauseMs - How long the first poll waits, unless the loop is woken. */
  start(pauseMs = 0): void {
    this.#loop = this.#run(pauseMs);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.wake();
    await this.#loop;
  }

  wake(): void {
    this.#isWoken = true;
    this.#pause.abort();
  }

  /** A message will become visible at this time: the loop polls then, however long its pause. */
  expectAt(time: Date): void {
    const ms = time.getTime();
    const at = this.#expected.findIndex((it) => it >= ms);
    if (this.#expected[at] === ms) return;
    this.#expected.splice(at === -1 ? this.#expected.length : at, 0, ms);
    // The pause is only interrupted to be computed again.
    if (this.#expected[0] === ms) this.#pause.abort();
  }

  async #run(pauseMs: number): Promise<void> {
    if (pauseMs > 0) await this.#rest(pauseMs);
    let intervalMs = Math.min(START_INTERVAL_MS, this.#options.maxIntervalMs);
    while (!this.#stopped.signal.aborted) {
      this.#isWoken = false;
      const found = await this.#pollOnce();
      // A message sent while the request was in progress may be missing from its response.
      if (found > 0 || (found === 0 && this.#isWoken)) {
        intervalMs = FIRST_INTERVAL_MS;
        continue;
      }
      await this.#rest(found < 0 ? FAILURE_INTERVAL_MS : intervalMs);
      intervalMs = this.#isWoken ? FIRST_INTERVAL_MS : Math.min(intervalMs * 2, this.#options.maxIntervalMs);
    }
  }

  /** Waits until the interval is over, a message is expected, or the loop is woken. */
  async #rest(intervalMs: number): Promise<void> {
    const { clock } = this.#options;
    const endsAt = clock.now().getTime() + intervalMs;
    while (!this.#isWoken) {
      const now = clock.now().getTime();
      const [next = Number.POSITIVE_INFINITY] = this.#expected;
      if (next <= now) {
        this.#expected = this.#expected.filter((it) => it > now);
        this.#isWoken = true;
      }
      if (next <= now || now >= endsAt) return;
      await this.#pauseUntil(endsAt, next, now);
    }
  }

  async #pauseUntil(endsAt: number, next: number, now: number): Promise<void> {
    const { clock } = this.#options;
    const pause = new AbortController();
    this.#pause = pause;
    const interval = clock.sleep(endsAt - now, pause.signal, { isRoutine: true });
    const untilNext = Math.min(next - now, MAX_WAIT_MS);
    await (next === Number.POSITIVE_INFINITY
      ? interval
      : Promise.race([interval, clock.sleep(untilNext, pause.signal)]));
    pause.abort();
  }

  /** @returns -1 if it failed. */
  async #pollOnce(): Promise<number> {
    const { poll, log, name } = this.#options;
    try {
      const found = await poll();
      this.#hasWarned = false;
      return found;
    } catch (error) {
      if (this.#stopped.signal.aborted) return -1;
      // Once per outage, not once per attempt.
      const level = this.#hasWarned ? "debug" : "warn";
      this.#hasWarned = true;
      log.log(level, "Polling failed; it is tried again.", { name, reason: reasonOf(error) });
      return -1;
    }
  }
}

/** `maxConcurrentRequests` at work, `maxOutstandingRequests` at work or waiting; -1: no limit. */
export class Throttle {
  maxConcurrent: number;
  maxOutstanding: number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(maxConcurrent: number, maxOutstanding: number) {
    this.maxConcurrent = maxConcurrent;
    this.maxOutstanding = maxOutstanding;
  }

  /** @returns `undefined` when too many requests are outstanding already. */
  async run<Result>(action: () => Promise<Result>): Promise<Result | undefined> {
    if (this.maxOutstanding > 0 && this.#running + this.#waiting.length >= this.maxOutstanding) return undefined;
    if (this.maxConcurrent > 0 && this.#running >= this.maxConcurrent) {
      // Woken with the place already taken, so that no newcomer slips in between.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#running++;
    try {
      return await action();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}

/** Runs at most `limit` tasks concurrently; the others wait in order. */
export class Limiter {
  /** Can be changed at any time; `Infinity` for no limit. */
  limit: number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Number of tasks running or waiting. */
  get outstanding(): number {
    return this.#running + this.#waiting.length;
  }

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#running < this.limit) this.#running += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      this.#running -= 1;
      this.#startWaiting();
    }
  }

  /**
   * Counts the tasks that it starts immediately: they run a moment later, and nothing else may take their place until
   * then.
   */
  #startWaiting(): void {
    while (this.#running < this.limit) {
      const start = this.#waiting.shift();
      if (start === undefined) return;
      this.#running += 1;
      start();
    }
  }
}

import type { AppWork } from "./app-lease.ts";

/** Work that runs only while it is started and not paused. */
export class PausableWork implements AppWork {
  readonly #work: AppWork;
  #isStarted = false;
  #isPaused = false;

  constructor(work: AppWork) {
    this.#work = work;
  }

  start(): void {
    this.#isStarted = true;
    if (!this.#isPaused) this.#work.start();
  }

  async stop(): Promise<void> {
    this.#isStarted = false;
    if (!this.#isPaused) await this.#work.stop();
  }

  /** Resolves when the work has stopped; it may be resumed then. */
  async pause(): Promise<void> {
    this.#isPaused = true;
    if (this.#isStarted) await this.#work.stop();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    if (this.#isStarted) this.#work.start();
  }
}

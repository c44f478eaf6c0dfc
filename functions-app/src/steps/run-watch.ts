// Durable does not notify an activity when its run is terminated. Without this check, a step would continue until its time limit, and
// the data that it stores at its end would remain in storage forever if the run has been purged in the meantime.

const WATCH_EVERY_MS = 5_000;

/** Returns whether the run has ended before the step: it was terminated, or already purged. */
export type HowRunEnded = () => Promise<"terminated" | "purged" | null>;

/** Checks the run's state periodically while a step runs. */
export class RunWatch {
  readonly #over = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #isPurged = false;

  constructor(howRunEnded: HowRunEnded, everyMs = WATCH_EVERY_MS) {
    const ask = async () => {
      // If unknown, ask again.
      const end = await howRunEnded().catch(() => null);
      this.#isPurged = end === "purged";
      if (end !== null) this.#over.abort();
    };
    this.#timer = setInterval(() => void ask(), everyMs);
    this.#timer.unref();
  }

  /** Aborts once the run has ended. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** Whether all data of the run is gone, and nothing more must be stored. */
  get isPurged(): boolean {
    return this.#isPurged;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

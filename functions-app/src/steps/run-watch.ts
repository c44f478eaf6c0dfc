// Durable does not tell an activity that its run was terminated, so a step would continue for as long as it may, and what it leaves at the
// end would lie in storage for ever where the run has been purged meanwhile.

const WATCH_EVERY_MS = 5_000;

/** Tells whether the run has ended without the step: it was terminated, or is purged already. */
export type HowRunEnded = () => Promise<"terminated" | "purged" | null>;

/** Asks now and then while a step runs. */
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

  /** Aborts once the run is over. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** Whether all that the run stored is gone, and nothing must be stored any more. */
  get isPurged(): boolean {
    return this.#isPurged;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

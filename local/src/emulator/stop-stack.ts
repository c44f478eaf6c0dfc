/** Stops what was started, in reverse order. Every stop is tried; the first error is thrown at the end. */
export class StopStack {
  readonly #stops: (() => Promise<void>)[] = [];
  readonly #endings: Promise<void>[] = [];
  #result: Promise<void> | undefined;

  add(stop: () => Promise<void>): void {
    this.#stops.push(stop);
  }

  /** For use in a stop: lets work finish while the next stops run. This stack ends only after all of it has ended. */
  finishWith(ending: Promise<void>): void {
    this.#endings.push(ending);
    // Awaited at the end.
    ending.catch(() => {});
  }

  /** Safe to call twice: the second call waits for the first. */
  stop(): Promise<void> {
    this.#result ??= this.#stopAll();
    return this.#result;
  }

  async #stopAll(): Promise<void> {
    const errors: unknown[] = [];
    for (const stop of this.#stops.reverse()) await stop().catch((error: unknown) => errors.push(error));
    for (const ending of this.#endings) await ending.catch((error: unknown) => errors.push(error));
    if (errors.length > 0) throw errors[0];
  }
}

/**
 * Every call of the in-memory storage starts with a turn: as over a network, its caller continues first, and timers and
 * sockets get their turn however many calls follow each other.
 */
export class Turns {
  #isAbandoned = false;
  #waiting = 0;

  get isAbandoned(): boolean {
    return this.#isAbandoned;
  }

  /** Whether a call has started that has not had its turn. */
  get isBusy(): boolean {
    return this.#waiting > 0;
  }

  /** @throws Error once the storage was abandoned. */
  async next(): Promise<void> {
    this.#throwIfAbandoned();
    this.#waiting += 1;
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#waiting -= 1;
    this.#throwIfAbandoned();
  }

  abandon(): void {
    this.#isAbandoned = true;
  }

  #throwIfAbandoned(): void {
    if (this.#isAbandoned) throw new Error("The storage in memory was abandoned.");
  }
}

/**
 * What every call to the storage in memory begins with: as over a network, its caller goes on first, and timers and sockets get
 * their turn, however many calls follow each other.
 */
export class Turns {
  #isAbandoned = false;

  get isAbandoned(): boolean {
    return this.#isAbandoned;
  }

  /** @throws Error once the storage was abandoned. */
  async next(): Promise<void> {
    this.#throwIfAbandoned();
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#throwIfAbandoned();
  }

  abandon(): void {
    this.#isAbandoned = true;
  }

  #throwIfAbandoned(): void {
    if (this.#isAbandoned) throw new Error("The storage in memory was abandoned.");
  }
}

import type { LogEntry } from "@same-kit/shared";

const MAX_ENTRIES = 20_000;
const MAX_CHARACTERS = 16 * 1024 * 1024;

/** What was found, and the number to go on with. */
export type EntryPage = { entries: LogEntry[]; next: number };

/** The last lines of a host's log, for whoever follows one run from another process. */
export class RecentEntries {
  #entries: LogEntry[] = [];
  /** The number of the first one kept. */
  #first = 0;
  #characters = 0;
  #isClosed = false;
  readonly #wakers = new Set<() => void>();

  get next(): number {
    return this.#first + this.#entries.length;
  }

  add(entry: LogEntry): void {
    this.#entries.push(entry);
    this.#characters += entry.message.length;
    while (this.#entries.length > MAX_ENTRIES || this.#characters > MAX_CHARACTERS) this.#dropFirst();
    this.#wake();
  }

  /** Lines of one instance from number `from` on; where there is none yet, waits up to `waitMs` for one. */
  async read(instanceId: string, from: number, waitMs: number): Promise<EntryPage> {
    const endsAt = performance.now() + waitMs;
    for (let at = from; ; ) {
      const entries = this.#entries
        .slice(Math.max(0, at - this.#first))
        .filter(({ fields }) => fields["instanceId"] === instanceId);
      at = this.next;
      const leftMs = endsAt - performance.now();
      if (entries.length > 0 || leftMs <= 0 || this.#isClosed) return { entries, next: at };
      await this.#nextEntry(leftMs);
    }
  }

  /** Nobody waits any more. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  #dropFirst(): void {
    this.#characters -= this.#entries.shift()?.message.length ?? 0;
    this.#first += 1;
  }

  #nextEntry(limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#wakers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, limitMs);
      this.#wakers.add(wake);
    });
  }

  #wake(): void {
    for (const wake of [...this.#wakers]) wake();
  }
}

import type { LogEntry } from "@same-kit/shared";

// A start that goes wrong prints a few hundred lines at most.
const MAX_KEPT = 2_000;

/** A host logs before there is a run to listen; those lines are kept for the first listener. */
export class LogRelay {
  #kept: LogEntry[] = [];
  #listener: ((entry: LogEntry) => void) | null = null;

  readonly emit = (entry: LogEntry): void => {
    if (this.#listener !== null) this.#listener(entry);
    else if (this.#kept.length < MAX_KEPT) this.#kept.push(entry);
  };

  listen(listener: (entry: LogEntry) => void): void {
    this.#listener = listener;
    for (const entry of this.#kept.splice(0)) listener(entry);
  }

  stopListening(): void {
    this.#listener = () => {};
  }
}

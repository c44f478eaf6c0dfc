import { type Clock, formatTicks, type SleepOptions } from "@same-kit/shared";

type Sleeper = { dueMs: number; isRoutine: boolean; wake: () => void };

/** A clock that stands still until it is moved; sleepers wake when it reaches their time. */
export class VirtualClock implements Clock {
  #nowMs: number;
  #ticks = 0n;
  readonly #sleepers = new Set<Sleeper>();

  constructor(start = "2026-06-24T14:00:00.000Z") {
    this.#nowMs = Date.parse(start);
  }

  now(): Date {
    return new Date(this.#nowMs);
  }

  nowTicks(): string {
    this.#ticks += 1n;
    return formatTicks(BigInt(this.#nowMs) * 10_000n + this.#ticks);
  }

  sleep(ms: number, signal?: AbortSignal, { isRoutine = false }: SleepOptions = {}): Promise<void> {
    if (signal?.aborted === true || ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const sleeper: Sleeper = { dueMs: this.#nowMs + ms, isRoutine, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", wake);
    });
  }

  /**
   * When the next sleeper wakes, in milliseconds since the epoch; null if there is none. Recurring maintenance is
   * excluded unless requested.
   */
  nextDueMs({ withRoutine = false } = {}): number | null {
    const due = [...this.#sleepers].filter((it) => withRoutine || !it.isRoutine).map((it) => it.dueMs);
    return due.length === 0 ? null : Math.min(...due);
  }

  /** Moves forward at once, to a whole millisecond, never back; all sleepers due by then wake, earliest first. */
  moveTo(ms: number): void {
    this.#nowMs = Math.max(this.#nowMs, Math.ceil(ms));
    this.#ticks = 0n;
    const due = [...this.#sleepers].filter((it) => it.dueMs <= this.#nowMs);
    for (const { wake } of due.sort((a, b) => a.dueMs - b.dueMs)) wake();
  }
}

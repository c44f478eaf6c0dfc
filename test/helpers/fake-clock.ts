import { type Clock, formatTicks } from "@same-kit/shared";

/** A clock that stands still until a test moves it; sleeping moves it at once. */
export class FakeClock implements Clock {
  #nowMs: number;
  #ticks = 0n;

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

  async sleep(ms: number): Promise<void> {
    this.advance(ms);
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    this.#ticks = 0n;
  }
}

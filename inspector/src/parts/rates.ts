// Counts the function calls that ended in each second of the last minutes, and in total.

import type { StreamEvent } from "../../../local/src/inspector/api.ts";

export const WINDOW_S = 300;

type Totals = { requests: number; failedRequests: number; calls: number; failedCalls: number };

/** Calls that ended within a period of `seconds`. */
export type Span = { startsAt: Date; seconds: number; completed: number; failed: number };

type Ended = { completed: number; failed: number };

/** Counts ended calls and requests per second, for a limited time window. */
export class Rates {
  readonly #bySecond = new Map<number, Ended>();
  #totals: Totals = { requests: 0, failedRequests: 0, calls: 0, failedCalls: 0 };

  get totals(): Totals {
    return this.#totals;
  }

  add(events: readonly StreamEvent[]): void {
    for (const event of events) this.#count(event);
    const newest = Math.max(...this.#bySecond.keys());
    for (const second of this.#bySecond.keys()) if (second <= newest - WINDOW_S) this.#bySecond.delete(second);
  }

  /**
   * The last {@link WINDOW_S} seconds up to `now`, oldest first, in spans of `seconds`; the last span is still in
   * progress.
   */
  spans(now: Date, seconds: number): Span[] {
    const last = Math.floor(secondOf(now) / seconds);
    const count = Math.floor(WINDOW_S / seconds);
    return Array.from({ length: count }, (_, index) => this.#span((last - count + 1 + index) * seconds, seconds));
  }

  #span(start: number, seconds: number): Span {
    const span = { startsAt: new Date(start * 1000), seconds, completed: 0, failed: 0 };
    for (let second = start; second < start + seconds; second++) {
      span.completed += this.#bySecond.get(second)?.completed ?? 0;
      span.failed += this.#bySecond.get(second)?.failed ?? 0;
    }
    return span;
  }

  #count(event: StreamEvent): void {
    const { requests, failedRequests, calls, failedCalls } = this.#totals;
    if (event.kind === "request") {
      const isFailed = event.status === null || event.status >= 500;
      this.#totals = { ...this.#totals, requests: requests + 1, failedRequests: failedRequests + (isFailed ? 1 : 0) };
    }
    if (event.kind !== "function-ended") return;
    this.#totals = { ...this.#totals, calls: calls + 1, failedCalls: failedCalls + (event.ok ? 0 : 1) };
    const second = secondOf(new Date(event.at));
    const ended = this.#bySecond.get(second) ?? { completed: 0, failed: 0 };
    if (event.ok) ended.completed += 1;
    else ended.failed += 1;
    this.#bySecond.set(second, ended);
  }
}

const secondOf = (time: Date): number => Math.floor(time.getTime() / 1000);

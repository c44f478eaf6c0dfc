// Each episode plays the whole history. While many activities of one instance are under way, an episode for every reply would cost
// far more than the activities themselves; waiting a moment takes many replies at once.

import type { Clock } from "@same-kit/shared";
import { EventType, type HistoryEvent } from "../history/events.ts";

/** Below that, a reply may be what the orchestrator waits for. */
const MANY = 16;
/** Nobody notices. */
const MAX_WAIT_MS = 25;

/** When an instance's next episode begins: at once, or as long after a reply as the last episode took. */
export class Gathering {
  readonly #clock: Clock;
  #open = 0;
  #lastMs = 0;
  #startedAt = 0;
  #ready = new AbortController();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param pending - How many messages there are by now. */
  async wait(pending: () => number): Promise<void> {
    const waitMs = Math.min(this.#lastMs, MAX_WAIT_MS);
    if (this.#open >= MANY && waitMs > 0 && pending() < this.#open) {
      this.#ready = new AbortController();
      await this.#clock.sleep(waitMs, this.#ready.signal);
    }
    this.#startedAt = this.#clock.now().getTime();
  }

  /** A message came, so that there are so many. */
  noteArrival(pending: number): void {
    if (pending >= this.#open) this.end();
  }

  /** Nothing is waited for any longer. */
  end(): void {
    this.#ready.abort();
  }

  noteEpisode(events: readonly HistoryEvent[]): void {
    this.#lastMs = this.#clock.now().getTime() - this.#startedAt;
    this.#open = countOpen(events);
  }
}

function countOpen(events: readonly HistoryEvent[]): number {
  let open = 0;
  for (const { EventType: type } of events) {
    if (type === EventType.TaskScheduled) open += 1;
    else if (type === EventType.TaskCompleted || type === EventType.TaskFailed) open -= 1;
  }
  return open;
}

// Each episode replays the whole history. While many activities of one instance are running, an episode per reply would
// cost far more than the activities themselves; waiting briefly handles many replies at once.

import type { Clock } from "@same-kit/shared";
import { EventType, type HistoryEvent } from "../history/events.ts";

/** Below this number, the orchestrator may be waiting for exactly this reply. */
const MANY = 16;
/** Too short to be noticed. */
const MAX_WAIT_MS = 25;

/** Decides when an instance's next episode starts: immediately, or as long after a reply as the last episode took. */
export class Gathering {
  readonly #clock: Clock;
  #open = 0;
  #lastMs = 0;
  #startedAt = 0;
  #ready = new AbortController();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param pending - Returns the current number of pending messages. */
  async wait(pending: () => number): Promise<void> {
    const waitMs = Math.min(this.#lastMs, MAX_WAIT_MS);
    if (this.#open >= MANY && waitMs > 0 && pending() < this.#open) {
      this.#ready = new AbortController();
      await this.#clock.sleep(waitMs, this.#ready.signal);
    }
    this.#startedAt = this.#clock.now().getTime();
  }

  /** Called when a message has arrived; `pending` is the new number. */
  noteArrival(pending: number): void {
    if (pending >= this.#open) this.end();
  }

  /** Ends the wait. */
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

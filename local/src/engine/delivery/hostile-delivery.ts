import { seededRandom } from "@same-kit/shared";
import { EventType } from "../history/events.ts";
import type { OutgoingMessage } from "../messages/message-data.ts";

// Fraction of eligible messages that are delivered twice.
const DOUBLED = 0.25;

/**
 * Delivers as unfavorably as a storage queue may: in a different order, and some messages twice. With the same seed,
 * the same messages in the same order are treated identically.
 */
export class HostileDelivery {
  readonly #random: () => number;
  #waiting: (() => void)[] = [];

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** Calls `deliver` soon, before or after other waiting messages. */
  shuffle(deliver: () => void): void {
    this.#waiting.push(deliver);
    if (this.#waiting.length === 1) setImmediate(() => this.#deliverOne());
  }

  /**
   * Whether a message is sent twice, as by a sender that did not receive the first response. A client's event or
   * command is never doubled: the app itself would see it twice, on Azure too.
   */
  isDoubled({ taskMessage: { Event: event } }: OutgoingMessage): boolean {
    switch (event.EventType) {
      case EventType.ExecutionStarted:
      case EventType.TaskScheduled:
      case EventType.TaskCompleted:
      case EventType.TaskFailed:
      case EventType.SubOrchestrationInstanceCompleted:
      case EventType.SubOrchestrationInstanceFailed:
      case EventType.TimerFired:
        return this.#random() < DOUBLED;
      default:
        return false;
    }
  }

  #deliverOne(): void {
    const [deliver] = this.#waiting.splice(Math.floor(this.#random() * this.#waiting.length), 1);
    if (this.#waiting.length > 0) setImmediate(() => this.#deliverOne());
    deliver?.();
  }
}

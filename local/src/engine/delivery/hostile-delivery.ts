import { seededRandom } from "@same-kit/shared";
import { EventType } from "../history/events.ts";
import type { OutgoingMessage } from "../messages/message-data.ts";

// Shares of all messages that may arrive twice.
const DOUBLED = 0.25;

/**
 * Delivers as badly as a storage queue may: in another order, and some messages twice. The same seed does the same to the same messages
 * in the same order.
 */
export class HostileDelivery {
  readonly #random: () => number;
  #waiting: (() => void)[] = [];

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** Calls `deliver` soon, before or after others that wait. */
  shuffle(deliver: () => void): void {
    this.#waiting.push(deliver);
    if (this.#waiting.length === 1) setImmediate(() => this.#deliverOne());
  }

  /**
   * Whether a message is sent twice, as by a sender that did not hear of the first time. A client's event or command is not: the app
   * itself would see it twice, on Azure too.
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

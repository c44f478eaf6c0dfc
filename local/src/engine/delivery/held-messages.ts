import type { Clock, Logger } from "@same-kit/shared";
import type { ReceivedMessage } from "../messages/message-data.ts";
import type { MessageQueue } from "../messages/message-queue.ts";

type Held = {
  message: ReceivedMessage;
  queue: MessageQueue;
  /** By this process's clock: the service's may differ by minutes. */
  renewAtMs: number;
  renewal: Promise<void>;
};

export type HeldMessagesDeps = {
  clock: Clock;
  log: Logger;
  visibilityTimeoutMs: number;
  /** A message that was given back is visible again at this time. */
  onAbandoned: (queueName: string, time: Date) => void;
};

const RETRY_MS = 1_000;
// While nothing is held; the next message wakes it.
const IDLE_MS = 3_600_000;
// Renewed when this share of the timeout is over: two renewals may fail before others see the message.
const RENEW_AT = 1 / 3;

/** Keeps all messages that this process works on invisible to others for as long as that takes. */
export class HeldMessages {
  readonly #held = new Map<string, Held>();
  readonly #deps: HeldMessagesDeps;
  readonly #stopped = new AbortController();
  #wake = new AbortController();
  #loop: Promise<void> = Promise.resolve();

  constructor(deps: HeldMessagesDeps) {
    this.#deps = deps;
  }

  /** How many messages are held. */
  get count(): number {
    return this.#held.size;
  }

  start(): void {
    this.#loop = this.#run();
  }

  /** What is still held shows in its queue when its time is over. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#wake.abort();
    await this.#loop;
    this.#held.clear();
  }

  /**
   * Holds a message.
   *
   * @returns false where the same one is held already, as after a pause of this process: the older copy then has the fresh
   * receipt, and this one must not be worked on.
   */
  add(message: ReceivedMessage, queue: MessageQueue): boolean {
    const known = this.#held.get(message.messageId);
    if (known !== undefined) {
      Object.assign(known.message, { popReceipt: message.popReceipt, nextVisibleAt: message.nextVisibleAt });
      known.renewAtMs = this.#nextRenewalMs();
      return false;
    }
    this.#held.set(message.messageId, { message, queue, renewAtMs: this.#nextRenewalMs(), renewal: Promise.resolve() });
    // All later ones are due later than the first.
    if (this.#held.size === 1) this.#wake.abort();
    return true;
  }

  /** Done with it: deletes it. Never throws: a message that stays is worked on again, which is harmless. */
  async delete(message: ReceivedMessage): Promise<void> {
    await this.#letGo(message, (queue) => queue.delete(message));
  }

  /** Gives it back, to be seen again after a pause. */
  async abandon(message: ReceivedMessage): Promise<void> {
    await this.#letGo(message, async (queue) => {
      await queue.abandon(message);
      this.#deps.onAbandoned(queue.name, message.nextVisibleAt);
    });
  }

  /** Gives it back at once, as nobody began to work on it. */
  async release(message: ReceivedMessage): Promise<void> {
    await this.#letGo(message, (queue) => queue.release(message));
  }

  /** Drops it without telling the queue: another host has it by now. */
  forget(message: ReceivedMessage): void {
    this.#held.delete(message.messageId);
  }

  async #letGo(message: ReceivedMessage, action: (queue: MessageQueue) => Promise<void>): Promise<void> {
    const held = this.#held.get(message.messageId);
    this.#held.delete(message.messageId);
    if (held === undefined) return;
    // A renewal under way changes the receipt.
    await held.renewal;
    try {
      await action(held.queue);
    } catch (error) {
      const reason = (error as Error).message;
      this.#deps.log.warn("A queue message could not be released; it will be delivered again.", {
        queue: held.queue.name,
        reason,
      });
    }
  }

  async #run(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      await this.#sleepUntilDue();
      const now = this.#deps.clock.now().getTime();
      const due = [...this.#held.values()].filter(({ renewAtMs }) => now >= renewAtMs);
      await Promise.all(due.map((it) => this.#startRenewal(it)));
    }
  }

  #sleepUntilDue(): Promise<void> {
    const { clock } = this.#deps;
    let dueMs = Number.POSITIVE_INFINITY;
    for (const { renewAtMs } of this.#held.values()) dueMs = Math.min(dueMs, renewAtMs);
    const isIdle = dueMs === Number.POSITIVE_INFINITY;
    this.#wake = new AbortController();
    const ms = isIdle ? IDLE_MS : Math.max(dueMs - clock.now().getTime(), 1);
    return clock.sleep(ms, this.#wake.signal, { isRoutine: true });
  }

  #nextRenewalMs(): number {
    return this.#deps.clock.now().getTime() + this.#deps.visibilityTimeoutMs * RENEW_AT;
  }

  #startRenewal(held: Held): Promise<void> {
    held.renewal = this.#renew(held);
    return held.renewal;
  }

  async #renew(held: Held): Promise<void> {
    const { message, queue } = held;
    const renewAtMs = this.#nextRenewalMs();
    // Where it fails it is tried again soon.
    held.renewAtMs = this.#deps.clock.now().getTime() + RETRY_MS;
    try {
      const isOurs = await queue.renew(message);
      held.renewAtMs = renewAtMs;
      if (isOurs) return;
      this.#deps.log.debug("A message was taken over by another host.", { queue: queue.name });
    } catch (error) {
      this.#deps.log.warn("A message could not be renewed.", { queue: queue.name, reason: (error as Error).message });
    }
  }
}

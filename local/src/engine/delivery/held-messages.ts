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

type HeldMessagesDeps = {
  clock: Clock;
  log: Logger;
  visibilityTimeoutMs: number;
  /** Called when a message was returned; it becomes visible again at `time`. */
  onAbandoned: (queueName: string, time: Date) => void;
};

const RETRY_MS = 1_000;
// While nothing is held; the next message ends the wait.
const IDLE_MS = 3_600_000;
// A message is renewed when this share of its timeout has passed: two renewals may fail before others see it.
const RENEW_AT = 1 / 3;

/** Keeps all messages that this process is working on invisible to others for as long as necessary. */
export class HeldMessages {
  readonly #held = new Map<string, Held>();
  readonly #deps: HeldMessagesDeps;
  readonly #stopped = new AbortController();
  #wake = new AbortController();
  #loop: Promise<void> = Promise.resolve();

  constructor(deps: HeldMessagesDeps) {
    this.#deps = deps;
  }

  /** Number of held messages. */
  get count(): number {
    return this.#held.size;
  }

  start(): void {
    this.#loop = this.#run();
  }

  /** Messages that are still held become visible in their queue when their timeout ends. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#wake.abort();
    await this.#loop;
    this.#held.clear();
  }

  /**
   * Holds a message.
   *
   * @returns false if the same message is already held, for example after this process was paused: the older copy then
   *   gets the new receipt, and this copy must not be processed.
   */
  add(message: ReceivedMessage, queue: MessageQueue): boolean {
    const known = this.#held.get(message.messageId);
    if (known !== undefined) {
      Object.assign(known.message, { popReceipt: message.popReceipt, nextVisibleAt: message.nextVisibleAt });
      known.renewAtMs = this.#nextRenewalMs();
      return false;
    }
    this.#held.set(message.messageId, { message, queue, renewAtMs: this.#nextRenewalMs(), renewal: Promise.resolve() });
    // All later messages are due after the first.
    if (this.#held.size === 1) this.#wake.abort();
    return true;
  }

  /** Deletes a processed message. Never throws: a message that remains is processed again, which is harmless. */
  async delete(message: ReceivedMessage): Promise<void> {
    await this.#settle(message, (queue) => queue.delete(message));
  }

  /** Returns a message, to be visible again after a pause. */
  async abandon(message: ReceivedMessage): Promise<void> {
    await this.#settle(message, async (queue) => {
      await queue.abandon(message);
      this.#deps.onAbandoned(queue.name, message.nextVisibleAt);
    });
  }

  /** Returns a message immediately, because its processing has not started. */
  async release(message: ReceivedMessage): Promise<void> {
    await this.#settle(message, (queue) => queue.release(message));
  }

  /** Drops it without contacting the queue, because another host has it by now. */
  forget(message: ReceivedMessage): void {
    this.#held.delete(message.messageId);
  }

  async #settle(message: ReceivedMessage, action: (queue: MessageQueue) => Promise<void>): Promise<void> {
    const held = this.#held.get(message.messageId);
    this.#held.delete(message.messageId);
    if (held === undefined) return;
    // A renewal in progress changes the receipt.
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
    // After a failure, the renewal is retried soon.
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

import { type Clock, Limiter, type Logger } from "@same-kit/shared";
import type { HubQueues } from "../messages/hub-queues.ts";
import type { Outgoing, OutgoingMessage, ReceivedMessage, StartTrust } from "../messages/message-data.ts";
import type { MessageQueue, SentMessage } from "../messages/message-queue.ts";
import { HeldMessages } from "./held-messages.ts";
import type { HostileDelivery } from "./hostile-delivery.ts";
import { type Inbox, QueueReader, type Reading } from "./queue-reader.ts";

/** A message that is stored in its queue. If this process takes it itself, it is not processed before `deliver`. */
export type PreparedDelivery = {
  /** The blob of its payload, if it was large. */
  blobName: string | null;
  deliver(trust?: StartTrust): void;
  /** For when the sender's work was not stored, or that is unknown: the message becomes visible when its hold ends. */
  leave(): void;
};

type DeliveryDeps = {
  queues: HubQueues;
  clock: Clock;
  log: Logger;
  /** How long a held message stays invisible to others between two renewals. */
  holdMs: number;
  maxPollingIntervalMs: number;
  /** Delivers in a different order, and some messages twice. */
  hostile?: HostileDelivery | undefined;
};

// A command that starts a host sends its first messages now, and they need no poll. Older messages can wait that long.
const START_PAUSE_MS = 150;
// Sending a fan-out of thousands at once would keep the storage so busy that partition leases expire meanwhile.
const MAX_SENDS_AT_ONCE = 64;

/**
 * The path of every message from its sender to the code that processes it: into the queue, and out of it by polling.
 * Messages for a queue that this process reads are sent invisible to others and handed over in memory, so nothing waits
 * for polling and a crash loses nothing: the message becomes visible when its hold ends. A received message is held
 * until it is deleted or returned.
 */
export class Delivery {
  readonly #deps: DeliveryDeps;
  readonly #held: HeldMessages;
  readonly #readers = new Map<string, QueueReader>();
  /** Readers that start with the delivery. Until then, messages for their queues are sent as if others read them. */
  readonly #waiting = new Map<string, QueueReader>();
  #isStarted = false;
  readonly #sends = new Limiter(MAX_SENDS_AT_ONCE);
  readonly #stopped = new AbortController();
  /** Number of messages held only until they are due. */
  #notDue = 0;

  constructor(deps: DeliveryDeps) {
    this.#deps = deps;
    const onAbandoned = (queueName: string, time: Date) => this.#readers.get(queueName)?.expectAt(time);
    this.#held = new HeldMessages({ clock: deps.clock, log: deps.log, visibilityTimeoutMs: deps.holdMs, onAbandoned });
  }

  /** No message is being processed here: the held ones wait for their time. */
  get isIdle(): boolean {
    return this.#held.count <= this.#notDue;
  }

  /** No message is received before this call. */
  start(): void {
    this.#isStarted = true;
    this.#held.start();
    for (const [queueName, reader] of this.#waiting) this.#begin(queueName, reader, START_PAUSE_MS);
    this.#waiting.clear();
  }

  /** Messages that are still held become visible in their queue when their timeout ends. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#held.stop();
  }

  /**
   * Reads a queue for `inbox` from {@link Delivery.start} until the reading is stopped; what this process sends to the
   * queue then goes directly to it.
   */
  read(queueName: string, inbox: Inbox): Reading {
    const reader = new QueueReader(this.#deps.queues.named(queueName), inbox, { ...this.#deps, held: this.#held });
    if (this.#isStarted) this.#begin(queueName, reader);
    else this.#waiting.set(queueName, reader);
    return {
      wake: () => reader.wake(),
      stop: async () => {
        for (const known of [this.#readers, this.#waiting]) {
          if (known.get(queueName) === reader) known.delete(queueName);
        }
        await reader.stop();
      },
    };
  }

  #begin(queueName: string, reader: QueueReader, pauseMs = 0): void {
    this.#readers.set(queueName, reader);
    reader.start(pauseMs);
  }

  /** Puts a message decided by an episode of `senderId` into its queue. */
  prepare(senderId: string, { route, message, visibleAt }: Outgoing): Promise<PreparedDelivery> {
    const { queues } = this.#deps;
    switch (route) {
      case "work-items":
        return this.#sends.run(() => this.#prepare(queues.workItems, message));
      case "own-control":
        return this.#sends.run(() => this.#prepare(queues.ofInstance(senderId), message, visibleAt));
      case "control":
        return this.#sends.run(() => this.#prepare(this.#targetOf(message), message, visibleAt));
    }
  }

  /** Sends to a single instance. */
  async send(message: OutgoingMessage): Promise<void> {
    (await this.#prepare(this.#targetOf(message), message)).deliver();
  }

  /**
   * Sends a start. Its message is in the queue before its row is written, so a crash between the two leaves no instance
   * that waits forever. It is not processed here before the row is written, so its processor need not check whose row
   * it is.
   *
   * @param writeRow - Receives the blob name of a large payload. Returns how far the start can be trusted; null if
   *   another start won.
   */
  async sendStart(
    message: OutgoingMessage,
    writeRow: (blobName: string | null) => Promise<StartTrust | null>,
  ): Promise<void> {
    const prepared = await this.#prepare(this.#targetOf(message), message);
    try {
      prepared.deliver((await writeRow(prepared.blobName)) ?? undefined);
    } catch (error) {
      prepared.leave();
      throw error;
    }
  }

  /** Deletes a processed message. Never throws: a message that remains is processed again, which is harmless. */
  delete(message: ReceivedMessage): Promise<void> {
    return this.#held.delete(message);
  }

  /** Returns a message, to be visible again after a pause. Never throws. */
  abandon(message: ReceivedMessage): Promise<void> {
    return this.#held.abandon(message);
  }

  /** Returns a message immediately, because its processing has not started. Never throws. */
  release(message: ReceivedMessage): Promise<void> {
    return this.#held.release(message);
  }

  #targetOf({ taskMessage }: OutgoingMessage): MessageQueue {
    return this.#deps.queues.ofInstance(taskMessage.OrchestrationInstance.InstanceId);
  }

  async #prepare(queue: MessageQueue, message: OutgoingMessage, visibleAt?: string): Promise<PreparedDelivery> {
    if (this.#deps.hostile?.isDoubled(message) === true) await queue.send(message, visibleAt);
    const dueMs = visibleAt === undefined ? 0 : Date.parse(visibleAt);
    const isSoon = this.#delayUntil(dueMs) < this.#deps.holdMs;
    const reader = this.#readers.get(queue.name);
    // A queue's delays are in whole seconds; a message due within a hold is kept here and delivered to the millisecond.
    if (reader === undefined || !isSoon || !reader.inbox.makeRoomForOne()) {
      return this.#prepareVisible(queue, message, visibleAt);
    }
    let received: ReceivedMessage & Pick<SentMessage, "blobName">;
    try {
      received = await queue.sendAndHold(message);
    } catch (error) {
      reader.inbox.giveUpRoom(1);
      throw error;
    }
    this.#held.add(received, queue);
    return {
      blobName: received.blobName,
      deliver: (trust) => {
        if (trust !== undefined) received.startTrust = trust;
        if (this.#delayUntil(dueMs) <= 0) this.#handOverNow(received, reader);
        else void this.#handOverAt(dueMs, received, reader);
      },
      leave: () => {
        reader.inbox.giveUpRoom(1);
        this.#held.forget(received);
        reader.expectAt(received.nextVisibleAt);
      },
    };
  }

  /** Everyone finds it by polling; there is nothing to hand over. */
  async #prepareVisible(queue: MessageQueue, message: OutgoingMessage, visibleAt?: string): Promise<PreparedDelivery> {
    const sent = await queue.send(message, visibleAt);
    const expect = () => {
      if (visibleAt !== undefined) this.#readers.get(queue.name)?.expectAt(sent.visibleAt);
    };
    return { blobName: sent.blobName, deliver: expect, leave: expect };
  }

  async #handOverAt(dueMs: number, message: ReceivedMessage, reader: QueueReader): Promise<void> {
    const { signal } = this.#stopped;
    this.#notDue += 1;
    // A sleep may end slightly early, but a timer must not.
    for (let ms = this.#delayUntil(dueMs); ms > 0 && !signal.aborted; ms = this.#delayUntil(dueMs)) {
      await this.#deps.clock.sleep(Math.ceil(ms), signal);
    }
    this.#notDue -= 1;
    if (!signal.aborted) this.#handOver(message, reader);
  }

  #delayUntil(dueMs: number): number {
    return dueMs - this.#deps.clock.now().getTime();
  }

  #handOverNow(message: ReceivedMessage, reader: QueueReader): void {
    const { hostile } = this.#deps;
    if (hostile === undefined) this.#handOver(message, reader);
    else hostile.shuffle(() => this.#handOver(message, reader));
  }

  #handOver(message: ReceivedMessage, reader: QueueReader): void {
    if (this.#readers.get(message.queueName) === reader) {
      reader.inbox.take(message);
      return;
    }
    // The partition was lost or is closing in the meantime: the next reader of the queue finds the message.
    reader.inbox.giveUpRoom(1);
    void this.#held.release(message);
  }
}

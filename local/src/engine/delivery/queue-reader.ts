import type { Clock, Logger } from "@same-kit/shared";
import type { ReceivedMessage } from "../messages/message-data.ts";
import type { MessageQueue } from "../messages/message-queue.ts";
import type { HeldMessages } from "./held-messages.ts";
import { PollLoop } from "./poll-loop.ts";

/** Processes the messages of one queue in this process. */
export interface Inbox {
  /** Reserves all available room, in number of messages, for {@link Inbox.take}, until it is given up. */
  makeRoom(): number;
  /** Reserves room for one message that is about to be sent; false if it should be left to all hosts. */
  makeRoomForOne(): boolean;
  /** Releases reserved room that was not needed. */
  giveUpRoom(count: number): void;
  /** Processes a message that this process holds. Never throws. */
  take(message: ReceivedMessage): void;
}

/** An active reading of a queue. */
export interface Reading {
  /** Called when there is room again. */
  wake(): void;
  /** Resolves when the last response of the queue has been handed over. */
  stop(): Promise<void>;
}

type QueueReaderDeps = {
  held: HeldMessages;
  clock: Clock;
  log: Logger;
  maxPollingIntervalMs: number;
};

/** Fetches the visible messages of one queue whenever the inbox has room. */
export class QueueReader {
  readonly inbox: Inbox;
  readonly #queue: MessageQueue;
  readonly #held: HeldMessages;
  readonly #loop: PollLoop;
  #isStopped = false;

  constructor(queue: MessageQueue, inbox: Inbox, { held, clock, log, maxPollingIntervalMs }: QueueReaderDeps) {
    this.inbox = inbox;
    this.#queue = queue;
    this.#held = held;
    const poll = () => this.#poll();
    this.#loop = new PollLoop({ poll, clock, log, name: queue.name, maxIntervalMs: maxPollingIntervalMs });
  }

  /** @param pauseMs - How long the first look into the queue waits, unless this process sends to it. */
  start(pauseMs = 0): void {
    this.#queue.onSend(() => this.#loop.wake());
    this.#loop.start(pauseMs);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#queue.onSend(() => {});
    await this.#loop.stop();
  }

  wake(): void {
    this.#loop.wake();
  }

  expectAt(time: Date): void {
    this.#loop.expectAt(time);
  }

  async #poll(): Promise<number> {
    const room = this.inbox.makeRoom();
    if (room === 0) return 0;
    let taken = 0;
    try {
      const messages = await this.#queue.receive(room);
      for (const message of messages) {
        // A message that is already held is being processed.
        if (!this.#held.add(message, this.#queue)) continue;
        if (this.#isStopped) {
          void this.#held.release(message);
          continue;
        }
        taken += 1;
        this.inbox.take(message);
      }
      return messages.length;
    } finally {
      this.inbox.giveUpRoom(room - taken);
    }
  }
}

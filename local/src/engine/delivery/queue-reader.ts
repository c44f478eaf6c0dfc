import type { Clock, Logger } from "@same-kit/shared";
import type { ReceivedMessage } from "../messages/message-data.ts";
import type { MessageQueue } from "../messages/message-queue.ts";
import type { HeldMessages } from "./held-messages.ts";
import { PollLoop } from "./poll-loop.ts";

/** Takes the messages of one queue in this process. */
export interface Inbox {
  /** For how many messages there is room now; all of it is kept for {@link Inbox.take} until it is given up. */
  makeRoom(): number;
  /** Room for one message that is about to be sent; false where it had better be left to everyone. */
  makeRoomForOne(): boolean;
  /** So much of the room was not needed. */
  giveUpRoom(count: number): void;
  /** Works on a message that this process holds. Never throws. */
  take(message: ReceivedMessage): void;
}

/** What has a queue read. */
export interface Reading {
  /** There is room again, after there was none. */
  wake(): void;
  /** Resolves when the last answer of the queue was handed over. */
  stop(): Promise<void>;
}

export type QueueReaderDeps = {
  held: HeldMessages;
  clock: Clock;
  log: Logger;
  maxPollingIntervalMs: number;
};

/** Fetches what is visible in one queue, whenever the inbox has room. */
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

  start(): void {
    this.#queue.onSend(() => this.#loop.wake());
    this.#loop.start();
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
        // What is held already is being worked on.
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

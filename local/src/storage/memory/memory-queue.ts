import { randomUUID } from "node:crypto";
import type { Clock } from "@same-kit/shared";
import { StorageError } from "../storage-errors.ts";
import type { DequeuedMessage, QueueReceipt, QueueStatus, SendOptions, StorageQueue } from "../storage-queue.ts";
import { requireQueueName } from "./resource-names.ts";
import type { Turns } from "./turn.ts";

type Message = {
  messageId: string;
  text: string;
  popReceipt: string;
  dequeueCount: number;
  insertedAtMs: number;
  visibleAtMs: number;
  expiresAtMs: number;
};

const MAX_TEXT_BYTES = 64 * 1024;
const MAX_COUNT = 32;
const MAX_TIMEOUT_S = 7 * 24 * 3600;
const DEFAULT_TIME_TO_LIVE_S = MAX_TIMEOUT_S;
const NEVER_EXPIRES = -1;
const END_OF_TIME_MS = Date.parse("9999-12-31T23:59:59Z");

export class MemoryQueue implements StorageQueue {
  readonly name: string;
  readonly #clock: Clock;
  readonly #turns: Turns;
  /** In order of insertion. */
  readonly #messages = new Map<string, Message>();
  #exists = false;

  constructor(name: string, clock: Clock, turns: Turns) {
    this.name = name;
    this.#clock = clock;
    this.#turns = turns;
  }

  get isCreated(): boolean {
    return this.#exists;
  }

  async createIfNotExists(): Promise<void> {
    await this.#turns.next();
    requireQueueName(this.name);
    this.#exists = true;
  }

  async send(text: string, options: SendOptions = {}): Promise<QueueReceipt> {
    const { visibilityTimeoutS = 0, timeToLiveS = DEFAULT_TIME_TO_LIVE_S } = options;
    const now = await this.#begin();
    if (Buffer.byteLength(text, "utf8") > MAX_TEXT_BYTES) throw new StorageError(413, "RequestBodyTooLarge");
    requireWithin(visibilityTimeoutS, 0, MAX_TIMEOUT_S);
    if (timeToLiveS !== NEVER_EXPIRES && (timeToLiveS < 1 || visibilityTimeoutS >= timeToLiveS)) {
      throw new StorageError(400, "InvalidQueryParameterValue");
    }
    const message: Message = {
      messageId: randomUUID(),
      text,
      popReceipt: randomUUID(),
      dequeueCount: 0,
      insertedAtMs: now,
      visibleAtMs: now + visibilityTimeoutS * 1000,
      expiresAtMs: timeToLiveS === NEVER_EXPIRES ? END_OF_TIME_MS : now + timeToLiveS * 1000,
    };
    this.#messages.set(message.messageId, message);
    return toReceipt(message);
  }

  async receive(options: { count: number; visibilityTimeoutS: number }): Promise<DequeuedMessage[]> {
    const now = await this.#begin();
    requireWithin(options.count, 1, MAX_COUNT);
    requireWithin(options.visibilityTimeoutS, 1, MAX_TIMEOUT_S);
    const visible = [...this.#messages.values()].filter((it) => it.visibleAtMs <= now);
    // A stable sort: messages that became visible together stay in order of insertion.
    visible.sort((a, b) => a.visibleAtMs - b.visibleAtMs);
    return visible.slice(0, options.count).map((message) => {
      message.dequeueCount += 1;
      message.popReceipt = randomUUID();
      message.visibleAtMs = now + options.visibilityTimeoutS * 1000;
      const { text, dequeueCount, expiresAtMs } = message;
      return { ...toReceipt(message), text, dequeueCount, expiresAt: new Date(expiresAtMs) };
    });
  }

  async update(
    messageId: string,
    popReceipt: string,
    visibilityTimeoutS: number,
  ): Promise<Pick<QueueReceipt, "popReceipt" | "nextVisibleAt">> {
    const now = await this.#begin();
    requireWithin(visibilityTimeoutS, 0, MAX_TIMEOUT_S);
    const message = this.#owned(messageId, popReceipt);
    message.popReceipt = randomUUID();
    message.visibleAtMs = now + visibilityTimeoutS * 1000;
    return toReceipt(message);
  }

  async delete(messageId: string, popReceipt: string): Promise<void> {
    await this.#begin();
    this.#messages.delete(this.#owned(messageId, popReceipt).messageId);
  }

  async status(): Promise<QueueStatus> {
    const now = await this.#begin();
    const all = [...this.#messages.values()];
    const visible = all.filter((it) => it.visibleAtMs <= now).sort((a, b) => a.visibleAtMs - b.visibleAtMs);
    return {
      messageCount: all.length,
      oldestAt: visible[0] === undefined ? null : wholeSecond(visible[0].insertedAtMs),
    };
  }

  /** All messages, including hidden ones, in order of insertion. */
  messages(): { text: string; visibleAtMs: number; dequeueCount: number }[] {
    return [...this.#messages.values()].map(({ text, visibleAtMs, dequeueCount }) => ({
      text,
      visibleAtMs,
      dequeueCount,
    }));
  }

  /** @returns The current time. */
  async #begin(): Promise<number> {
    await this.#turns.next();
    if (!this.#exists) throw new StorageError(404, "QueueNotFound");
    const now = this.#clock.now().getTime();
    for (const message of this.#messages.values()) {
      if (message.expiresAtMs <= now) this.#messages.delete(message.messageId);
    }
    return now;
  }

  #owned(messageId: string, popReceipt: string): Message {
    const message = this.#messages.get(messageId);
    if (message === undefined) throw new StorageError(404, "MessageNotFound");
    if (message.popReceipt !== popReceipt) throw new StorageError(400, "PopReceiptMismatch");
    return message;
  }
}

function requireWithin(value: number, least: number, most: number): void {
  if (value < least || value > most) throw new StorageError(400, "OutOfRangeQueryParameterValue");
}

function toReceipt({ messageId, popReceipt, insertedAtMs, visibleAtMs }: Message): QueueReceipt {
  return {
    messageId,
    popReceipt,
    insertedAt: wholeSecond(insertedAtMs),
    nextVisibleAt: wholeSecond(visibleAtMs),
  };
}

const wholeSecond = (ms: number): Date => new Date(Math.floor(ms / 1000) * 1000);

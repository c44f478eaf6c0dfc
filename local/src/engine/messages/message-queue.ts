import { randomUUID } from "node:crypto";
import type { Clock, Logger } from "@same-kit/shared";
import { ignoring, statusOf } from "../../storage/storage-errors.ts";
import type { StorageQueue } from "../../storage/storage-queue.ts";
import type { LargePayloads } from "../taskhub/large-payloads.ts";
import { decodeMessage, encodeBlobReference, encodeMessage, messageBlobName } from "./message-codec.ts";
import type { MessageData, OutgoingMessage, ReceivedMessage } from "./message-data.ts";

type MessageQueueDeps = {
  queue: StorageQueue;
  payloads: LargePayloads;
  clock: Clock;
  log: Logger;
  /** How long a received or held message stays invisible to others. */
  visibilityTimeoutMs: number;
};

/** A message's location in storage: its content as sent, and the blob of its payload if it was large. */
export type SentMessage = {
  data: MessageData;
  blobName: string | null;
  /** By this process's clock. */
  visibleAt: Date;
};

/** UTF-8; a larger message would exceed the queue's 64 KiB after Base64 encoding. */
const MAX_MESSAGE_BYTES = 45 * 1024;
const MAX_VISIBILITY_DELAY_S = 7 * 24 * 3600;
const NEVER_EXPIRES = -1;
const MAX_MESSAGES_PER_GET = 32;
const MAX_ABANDON_S = 600;
const MAX_ABANDON_COUNT = 30;
// At this count, a message has been redelivered for hours: it is never dropped, but should be investigated.
const POISON_COUNT = 10;
const MAX_READS_WITHOUT_BLOB = 3;

let sequenceNumber = 0;

/**
 * One queue of a task hub. Counts and times are those of Azure/durabletask,
 * DurableTask.AzureStorage/Messaging/TaskHubQueue.cs.
 */
export class MessageQueue {
  readonly name: string;
  readonly #deps: MessageQueueDeps;
  #wake: () => void = () => {};

  constructor(deps: MessageQueueDeps) {
    this.#deps = deps;
    this.name = deps.queue.name;
  }

  /** Sends a message; others, and this process, find it by polling. */
  async send(message: OutgoingMessage, visibleAt?: string): Promise<SentMessage> {
    const prepared = await this.#prepare(message);
    const delay = this.#delaySeconds(visibleAt);
    await this.#deps.queue.send(prepared.body, { timeToLiveS: NEVER_EXPIRES, visibilityTimeoutS: delay });
    if (delay === 0) this.#wake();
    const shownAt = new Date(this.#deps.clock.now().getTime() + delay * 1000);
    return { data: prepared.data, blobName: prepared.blobName, visibleAt: shownAt };
  }

  /**
   * Sends a message with the visibility timeout of a received one: this process handles it immediately and deletes it;
   * if this process dies, another one receives it after the timeout.
   */
  async sendAndHold(message: OutgoingMessage): Promise<ReceivedMessage & Pick<SentMessage, "blobName">> {
    const { data, body, blobName } = await this.#prepare(message);
    const visibilityTimeoutS = this.#visibilitySeconds();
    const sent = await this.#deps.queue.send(body, { timeToLiveS: NEVER_EXPIRES, visibilityTimeoutS });
    return { ...sent, data, blobName, queueName: this.name, dequeueCount: 1 };
  }

  /** Receives up to `limit` visible messages, in processing order. */
  async receive(limit: number): Promise<ReceivedMessage[]> {
    const messages = await this.#deps.queue.receive({
      count: Math.min(limit, MAX_MESSAGES_PER_GET),
      visibilityTimeoutS: this.#visibilitySeconds(),
    });
    const received = await Promise.all(
      messages.map(async ({ text, ...item }) => {
        const place = { ...item, queueName: this.name };
        try {
          return { ...place, data: await this.#decode(text) };
        } catch (error) {
          // If this fails too, the message becomes visible again by itself; the other messages of this response must
          // not be affected.
          await this.#putAside(place, error).catch(() => {});
          return null;
        }
      }),
    );
    return received.filter((it) => it !== null).sort(byInsertion);
  }

  /** Deletes a processed message; one that is already gone counts as deleted. */
  async delete(message: Omit<ReceivedMessage, "data">): Promise<void> {
    const { queue } = this.#deps;
    try {
      await queue.delete(message.messageId, message.popReceipt);
    } catch (error) {
      if (statusOf(error) !== 404 && statusOf(error) !== 400) throw error;
      // A renewal may have raced: retry with its receipt, then assume that another host deleted the message.
      await ignoring([400, 404], queue.delete(message.messageId, message.popReceipt));
    }
  }

  /** Returns a message; the more often it was received, the later it becomes visible again. */
  async abandon(message: ReceivedMessage): Promise<void> {
    await this.#abandonPlace(message);
  }

  /** Keeps a message invisible for another full timeout. False: another host has it by now. */
  async renew(message: ReceivedMessage): Promise<boolean> {
    return this.#update(message, this.#visibilitySeconds());
  }

  /** Makes a held message visible immediately, for example when this host stops before processing it. */
  async release(message: ReceivedMessage): Promise<void> {
    await this.#update(message, 0);
  }

  /** Calls `wake` whenever this process sends to this queue, so that its reader need not wait. */
  onSend(wake: () => void): void {
    this.#wake = wake;
  }

  /**
   * A message that cannot be decoded. It is returned, because another host may know its kind, unless its payload was
   * purged with its instance: a payload is stored before the message that names it, so it will never arrive.
   */
  async #putAside(place: Omit<ReceivedMessage, "data">, error: unknown): Promise<void> {
    const { messageId, dequeueCount } = place;
    const fields = { queue: this.name, messageId, dequeueCount, reason: (error as Error).message };
    if (statusOf(error) === 404 && dequeueCount >= MAX_READS_WITHOUT_BLOB) {
      this.#deps.log.warn("A queue message is discarded: its payload no longer exists.", fields);
      return this.delete(place);
    }
    this.#deps.log.warn("A queue message cannot be read; it is returned to the queue.", fields);
    await this.#abandonPlace(place);
  }

  async #abandonPlace(message: Omit<ReceivedMessage, "data">): Promise<void> {
    const { dequeueCount, messageId } = message;
    const seconds = dequeueCount > MAX_ABANDON_COUNT ? MAX_ABANDON_S : Math.min(2 ** dequeueCount, MAX_ABANDON_S);
    if (dequeueCount >= POISON_COUNT) {
      this.#deps.log.warn("A queue message keeps coming back.", { queue: this.name, messageId, dequeueCount });
    }
    await this.#update(message, seconds);
  }

  async #update(message: Omit<ReceivedMessage, "data">, seconds: number): Promise<boolean> {
    try {
      // Every update creates a new receipt, which is the only valid one from then on.
      Object.assign(message, await this.#deps.queue.update(message.messageId, message.popReceipt, seconds));
      return true;
    } catch (error) {
      if (statusOf(error) === 404 || statusOf(error) === 400) return false;
      throw error;
    }
  }

  async #prepare(message: OutgoingMessage): Promise<{ data: MessageData; body: string; blobName: string | null }> {
    sequenceNumber += 1;
    const data: MessageData = {
      ActivityId: randomUUID(),
      TaskMessage: message.taskMessage,
      SequenceNumber: sequenceNumber,
      Sender: message.sender,
    };
    if (message.episode !== undefined) data.Episode = message.episode;
    const body = encodeMessage(data);
    if (Buffer.byteLength(body, "utf8") <= MAX_MESSAGE_BYTES) return { data, body, blobName: null };
    const blobName = messageBlobName(data);
    await this.#deps.payloads.save(blobName, body);
    return { data, body: encodeBlobReference(blobName), blobName };
  }

  async #decode(text: string): Promise<MessageData> {
    const decoded = decodeMessage(text);
    if (decoded.kind === "message") return decoded.data;
    const inBlob = decodeMessage(await this.#deps.payloads.load(decoded.blobName));
    if (inBlob.kind === "message") return inBlob.data;
    throw new Error(`The blob ${decoded.blobName} holds another reference instead of a message.`);
  }

  #delaySeconds(visibleAt: string | undefined): number {
    if (visibleAt === undefined) return 0;
    const ms = Date.parse(visibleAt) - this.#deps.clock.now().getTime();
    // Rounded up: a timer must not fire early.
    return Math.min(Math.max(Math.ceil(ms / 1000), 0), MAX_VISIBILITY_DELAY_S);
  }

  #visibilitySeconds(): number {
    return Math.max(1, Math.ceil(this.#deps.visibilityTimeoutMs / 1000));
  }
}

/** Insertion times are in whole seconds; within a second, the sender's number decides. */
function byInsertion(a: ReceivedMessage, b: ReceivedMessage): number {
  return a.insertedAt.getTime() - b.insertedAt.getTime() || a.data.SequenceNumber - b.data.SequenceNumber;
}

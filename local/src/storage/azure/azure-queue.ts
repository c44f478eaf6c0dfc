import type { QueueClient } from "@azure/storage-queue";
import type { DequeuedMessage, QueueReceipt, QueueStatus, SendOptions, StorageQueue } from "../storage-queue.ts";
import { asked } from "./refusals.ts";

export class AzureQueue implements StorageQueue {
  readonly #client: QueueClient;

  constructor(client: QueueClient) {
    this.#client = client;
  }

  get name(): string {
    return this.#client.name;
  }

  async createIfNotExists(): Promise<void> {
    await asked(this.#client.createIfNotExists());
  }

  async send(text: string, { visibilityTimeoutS, timeToLiveS }: SendOptions = {}): Promise<QueueReceipt> {
    const sent = await asked(
      this.#client.sendMessage(text, {
        ...(visibilityTimeoutS === undefined ? {} : { visibilityTimeout: visibilityTimeoutS }),
        ...(timeToLiveS === undefined ? {} : { messageTimeToLive: timeToLiveS }),
      }),
    );
    const { messageId, popReceipt, insertedOn, nextVisibleOn } = sent;
    return { messageId, popReceipt, insertedAt: insertedOn, nextVisibleAt: nextVisibleOn };
  }

  async receive(options: { count: number; visibilityTimeoutS: number }): Promise<DequeuedMessage[]> {
    const { receivedMessageItems } = await asked(
      this.#client.receiveMessages({
        numberOfMessages: options.count,
        visibilityTimeout: options.visibilityTimeoutS,
      }),
    );
    return receivedMessageItems.map((item) => ({
      messageId: item.messageId,
      popReceipt: item.popReceipt,
      text: item.messageText,
      dequeueCount: item.dequeueCount,
      insertedAt: item.insertedOn,
      expiresAt: item.expiresOn,
      nextVisibleAt: item.nextVisibleOn,
    }));
  }

  async update(
    messageId: string,
    popReceipt: string,
    visibilityTimeoutS: number,
  ): Promise<Pick<QueueReceipt, "popReceipt" | "nextVisibleAt">> {
    const answer = await asked(this.#client.updateMessage(messageId, popReceipt, undefined, visibilityTimeoutS));
    // Every response contains both; only the SDK's types declare them optional.
    return { popReceipt: answer.popReceipt ?? popReceipt, nextVisibleAt: answer.nextVisibleOn ?? new Date(0) };
  }

  async delete(messageId: string, popReceipt: string): Promise<void> {
    await asked(this.#client.deleteMessage(messageId, popReceipt));
  }

  async status(): Promise<QueueStatus> {
    const [{ approximateMessagesCount = 0 }, { peekedMessageItems }] = await Promise.all([
      asked(this.#client.getProperties()),
      asked(this.#client.peekMessages({ numberOfMessages: 1 })),
    ]);
    return { messageCount: approximateMessagesCount, oldestAt: peekedMessageItems[0]?.insertedOn ?? null };
  }
}

/** What the service says of a message that it holds. Times have whole seconds, as on the wire. */
export type QueueReceipt = {
  messageId: string;
  /** Proof of the last dequeue or update: deleting and updating need it, and every dequeue and update replaces it. */
  popReceipt: string;
  insertedAt: Date;
  nextVisibleAt: Date;
};

export type DequeuedMessage = QueueReceipt & {
  text: string;
  /** 9999-12-31 for one that stays for ever. */
  expiresAt: Date;
  /** How often it was received, this time included. */
  dequeueCount: number;
};

export type SendOptions = {
  /** 0 to 7 days; 0 where absent. */
  visibilityTimeoutS?: number;
  /** -1 for ever; 7 days where absent. */
  timeToLiveS?: number;
};

/** A look at a queue that changes nothing. */
export type QueueStatus = {
  /** The hidden ones too; Azure counts roughly. */
  messageCount: number;
  /** When the visible message that came first was sent; null where none is visible. */
  oldestAt: Date | null;
};

/** One queue. Everything but {@link StorageQueue.createIfNotExists} answers 404 `QueueNotFound` while it does not exist. */
export interface StorageQueue {
  readonly name: string;
  createIfNotExists(): Promise<void>;
  /** @throws StorageError 413 `RequestBodyTooLarge` above 64 KiB of UTF-8. */
  send(text: string, options?: SendOptions): Promise<QueueReceipt>;
  /** Up to `count` (1 to 32) visible messages, those first that have been visible longest; hidden from others for the timeout. */
  receive(options: { count: number; visibilityTimeoutS: number }): Promise<DequeuedMessage[]>;
  /**
   * Hides a message for another time from now; 0 shows it at once.
   *
   * @throws StorageError 404 `MessageNotFound` where it is gone, 400 `PopReceiptMismatch` where it was received or updated since.
   */
  update(
    messageId: string,
    popReceipt: string,
    visibilityTimeoutS: number,
  ): Promise<Pick<QueueReceipt, "popReceipt" | "nextVisibleAt">>;
  /** @throws StorageError as {@link StorageQueue.update}. */
  delete(messageId: string, popReceipt: string): Promise<void>;
  status(): Promise<QueueStatus>;
}

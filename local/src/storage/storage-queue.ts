/** The service's data about a stored message. Times are in whole seconds, as on the wire. */
export type QueueReceipt = {
  messageId: string;
  /**
   * Proof of the last dequeue or update. Deleting and updating require it, and every dequeue and update replaces it.
   */
  popReceipt: string;
  insertedAt: Date;
  nextVisibleAt: Date;
};

/** A message as received, hidden from others until `nextVisibleAt`. */
export type DequeuedMessage = QueueReceipt & {
  text: string;
  /** 9999-12-31 for a message that never expires. */
  expiresAt: Date;
  /** How often it has been received, including this time. */
  dequeueCount: number;
};

export type SendOptions = {
  /** 0 to 7 days. Default: 0. */
  visibilityTimeoutS?: number;
  /** -1: never expires. Default: 7 days. */
  timeToLiveS?: number;
};

/** A snapshot of a queue, taken without changing it. */
export type QueueStatus = {
  /** Including hidden messages; approximate in Azure. */
  messageCount: number;
  /** When the oldest visible message was sent; null if none is visible. */
  oldestAt: Date | null;
};

/**
 * One queue. While it does not exist, every operation except {@link StorageQueue.createIfNotExists} responds with 404
 * `QueueNotFound`.
 */
export interface StorageQueue {
  readonly name: string;
  createIfNotExists(): Promise<void>;
  /** @throws StorageError 413 `RequestBodyTooLarge` above 64 KiB of UTF-8. */
  send(text: string, options?: SendOptions): Promise<QueueReceipt>;
  /**
   * Receives up to `count` (1 to 32) visible messages, those visible the longest first, and hides them from others for
   * the timeout.
   */
  receive(options: { count: number; visibilityTimeoutS: number }): Promise<DequeuedMessage[]>;
  /**
   * Hides a message for a new period from now; 0 makes it visible immediately.
   *
   * @throws StorageError 404 `MessageNotFound` if it no longer exists, 400 `PopReceiptMismatch` if it was received or
   *   updated since.
   */
  update(
    messageId: string,
    popReceipt: string,
    visibilityTimeoutS: number,
  ): Promise<Pick<QueueReceipt, "popReceipt" | "nextVisibleAt">>;
  /** @throws StorageError, as {@link StorageQueue.update} does. */
  delete(messageId: string, popReceipt: string): Promise<void>;
  status(): Promise<QueueStatus>;
}

import { createHash } from "node:crypto";
import type { StorageAccount } from "../../storage/storage-account.ts";
import { ignoring, isConflict } from "../../storage/storage-errors.ts";
import type { StorageQueue } from "../../storage/storage-queue.ts";
import { encodeMessage } from "../queues/queue-encoding.ts";
import { type BlobMessage, toMessageText } from "./blob-message.ts";

const RECEIPTS_CONTAINER = "azure-webjobs-hosts";
const POISON_QUEUE = "webjobs-blobtrigger-poison";
// The limit of Azure Storage.
const MAX_NAME_LENGTH = 1024;

/**
 * The blobs waiting for their functions, in the host's own account under Azure's names: one queue for all functions of
 * a host, and one receipt for every queued version of a blob. A receipt says that the version was queued, not that its
 * function succeeded.
 */
export class BlobInbox {
  readonly queue: StorageQueue;
  readonly poisonQueue: StorageQueue;
  readonly #hostId: string;
  readonly #account: StorageAccount;

  constructor(account: StorageAccount, hostId: string) {
    this.#account = account;
    this.#hostId = hostId;
    this.queue = account.queue(`azure-webjobs-blobtrigger-${hostId}`);
    this.poisonQueue = account.queue(POISON_QUEUE);
  }

  /** Queues a version of a blob unless it was queued before. */
  async addOnce(message: BlobMessage): Promise<void> {
    const receipts = this.#account.container(RECEIPTS_CONTAINER);
    const name = this.#receiptName(message);
    if ((await ignoring([404], receipts.properties(name))) !== undefined) return;
    await this.queue.createIfNotExists();
    // The message comes first: without its receipt, the blob would be queued twice; without its message, it would be
    // lost.
    await this.queue.send(encodeMessage(Buffer.from(toMessageText(message)), false));
    await receipts.createIfNotExists();
    try {
      await receipts.upload(name, new Uint8Array(), { onlyIfNew: true });
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }

  #receiptName({ functionId, etag, containerName, blobName }: BlobMessage): string {
    const name = `blobreceipts/${this.#hostId}/${functionId}/"${etag}"/${containerName}/${blobName}`;
    if (name.length <= MAX_NAME_LENGTH) return name;
    // If the receipt could not be written, every scan would queue the blob again.
    return `blobreceipts/${this.#hostId}/sha256-${createHash("sha256").update(name).digest("hex")}`;
  }
}

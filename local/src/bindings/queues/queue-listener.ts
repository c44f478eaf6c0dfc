import type { Clock, Logger } from "@same-kit/shared";
import { ignoring } from "../../storage/storage-errors.ts";
import type { DequeuedMessage, StorageQueue } from "../../storage/storage-queue.ts";
import type { QueueSettings } from "./queue-settings.ts";

/** `retry`: the function was not called, so the message has not failed. */
export type MessageOutcome = "done" | "failed" | "retry";

type QueueListenerDeps = {
  queue: StorageQueue;
  poisonQueue: StorageQueue;
  settings: QueueSettings;
  /** Whether a worker is available; no messages are received while there is none. */
  isReady(): boolean;
  /** Never rejects. */
  handle(message: DequeuedMessage): Promise<MessageOutcome>;
  /** Called once for a message that is moved to the poison queue. */
  reportPoison(message: DequeuedMessage): void;
  clock: Clock;
  log: Logger;
};

// Our value; Azure's extension hides a message for 10 minutes. Messages of a killed host become visible again after
// this time.
const HIDDEN_S = 30;
const RENEWAL_MS = 10_000;
const FIRST_PAUSE_MS = 100;
const RETRY_S = 1;

/**
 * Receives messages until `signal` aborts, and returns once the outcome of each is recorded: deleted, made visible
 * again, or moved to the poison queue. If the process dies, the queue makes its messages visible again.
 *
 * @throws StorageError of a request that failed; messages being processed continue.
 * @see Azure/azure-sdk-for-net, Microsoft.Azure.WebJobs.Extensions.Storage.Common/src/Listeners/QueueListener.cs
 */
export async function listenToQueue(deps: QueueListenerDeps, signal: AbortSignal): Promise<void> {
  const { queue, settings, clock } = deps;
  const inWork = new Set<Promise<void>>();
  let pauseMs = FIRST_PAUSE_MS;
  try {
    while (!signal.aborted) {
      if (inWork.size > settings.newBatchThreshold) {
        await Promise.race(inWork);
        continue;
      }
      const messages = deps.isReady() ? await receive(queue, settings.batchSize) : [];
      for (const message of messages) {
        const work = process(message, deps).finally(() => inWork.delete(work));
        inWork.add(work);
      }
      if (messages.length > 0) pauseMs = FIRST_PAUSE_MS;
      else {
        await clock.sleep(pauseMs, signal, { isRoutine: true });
        pauseMs = Math.min(pauseMs * 2, settings.maxPollingIntervalMs);
      }
    }
  } finally {
    await Promise.all(inWork);
  }
}

/** A queue that does not exist has no messages. */
async function receive(queue: StorageQueue, count: number): Promise<DequeuedMessage[]> {
  return (await ignoring([404], queue.receive({ count, visibilityTimeoutS: HIDDEN_S }))) ?? [];
}

async function process(message: DequeuedMessage, deps: QueueListenerDeps): Promise<void> {
  const { queue, settings, log } = deps;
  const held = new HeldMessage(queue, message, deps);
  try {
    // Every process that received it ended before it recorded an outcome.
    if (message.dequeueCount > settings.maxDequeueCount) return await moveToPoison(held, deps);
    const outcome = await held.during(() => deps.handle(message));
    if (outcome === "done") await held.delete();
    else if (outcome === "retry") await held.show(RETRY_S);
    else if (message.dequeueCount >= settings.maxDequeueCount) await moveToPoison(held, deps);
    else await held.show(Math.ceil(settings.visibilityTimeoutMs / 1000));
  } catch (error) {
    // The message becomes visible again after its timeout and is handled once more.
    log.warn("A message could not be recorded as handled.", {
      queue: queue.name,
      messageId: message.messageId,
      reason: (error as Error).message,
    });
  }
}

async function moveToPoison(held: HeldMessage, { poisonQueue, reportPoison }: QueueListenerDeps): Promise<void> {
  await poisonQueue.createIfNotExists();
  // Sent before the deletion: two copies are better than none.
  await poisonQueue.send(held.message.text, { timeToLiveS: -1 });
  await held.delete();
  reportPoison(held.message);
}

/** A message that is hidden from other readers while its function runs. */
class HeldMessage {
  readonly message: DequeuedMessage;
  readonly #queue: StorageQueue;
  readonly #deps: Pick<QueueListenerDeps, "clock">;
  #popReceipt: string;

  constructor(queue: StorageQueue, message: DequeuedMessage, deps: Pick<QueueListenerDeps, "clock">) {
    this.message = message;
    this.#queue = queue;
    this.#deps = deps;
    this.#popReceipt = message.popReceipt;
  }

  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    const ended = new AbortController();
    const renewing = this.#renew(ended.signal);
    try {
      return await work();
    } finally {
      ended.abort();
      await renewing;
    }
  }

  /** A message that no longer exists was handled by another host, or its queue was deleted. */
  async delete(): Promise<void> {
    await ignoring([404], this.#queue.delete(this.message.messageId, this.#popReceipt));
  }

  async show(inSeconds: number): Promise<void> {
    await ignoring([404], this.#queue.update(this.message.messageId, this.#popReceipt, inSeconds));
  }

  async #renew(signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#deps.clock.sleep(RENEWAL_MS, signal, { isRoutine: true });
      if (signal.aborted) return;
      try {
        const { popReceipt } = await this.#queue.update(this.message.messageId, this.#popReceipt, HIDDEN_S);
        this.#popReceipt = popReceipt;
      } catch {
        // The next renewal or the deletion reports the problem.
      }
    }
  }
}

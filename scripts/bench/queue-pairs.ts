import type { StorageAccount } from "../../local/src/storage/storage-account.ts";

const PAIRS = 200;

/** Messages per second that one queue can accept and deliver with this number of callers: no engine can be faster. */
export async function queuePairs(storage: StorageAccount, callers: number, pairs = PAIRS): Promise<number> {
  const queue = storage.queue("bench-pairs");
  await queue.createIfNotExists();
  let left = pairs;
  const startedAt = performance.now();
  const caller = async () => {
    while (left > 0) {
      left -= 1;
      const { messageId, popReceipt } = await queue.send("{}", { visibilityTimeoutS: 60 });
      await queue.delete(messageId, popReceipt);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return pairs / ((performance.now() - startedAt) / 1000);
}

import { describe, expect, test } from "vitest";
import type { StorageQueue } from "../../../../local/src/storage/storage-queue.ts";
import { newName, refusalOf, type StorageSubject } from "./subject.ts";

const HOUR = { count: 32, visibilityTimeoutS: 3600 };
const WEEK_S = 7 * 24 * 3600;

export function describeQueues({ account, eventually }: StorageSubject): void {
  async function openQueue(): Promise<StorageQueue> {
    const queue = account().queue(newName("q-"));
    await queue.createIfNotExists();
    return queue;
  }

  async function receiveOne(queue: StorageQueue, visibilityTimeoutS = 3600) {
    const [message] = await queue.receive({ count: 1, visibilityTimeoutS });
    if (message === undefined) throw new Error("The queue shows no message.");
    return message;
  }

  describe("a queue", () => {
    test("is refused while it does not exist, and may be created twice", async () => {
      const queue = account().queue(newName("q-"));
      expect(await refusalOf(queue.send("a"))).toBe("404 QueueNotFound");
      expect(await refusalOf(queue.receive(HOUR))).toBe("404 QueueNotFound");
      await queue.createIfNotExists();
      await queue.send("a");
      await queue.createIfNotExists();
      expect(await queue.receive(HOUR)).toHaveLength(1);
    });

    test.each(["Upper", "a", "-a-b", "a--b", "a_b", "a".repeat(64)])("may not be named %s", async (name) => {
      const refusal = await refusalOf(account().queue(name).createIfNotExists());
      expect(refusal).toMatch(/^400 (InvalidResourceName|OutOfRangeInput)$/);
    });

    test("is the same for everyone who opens it", async () => {
      const queue = await openQueue();
      await account().queue(queue.name).send("a");
      expect((await receiveOne(queue)).text).toBe("a");
    });
  });

  describe("a look at a queue", () => {
    test("counts all messages, tells since when the first visible one waits, and takes none", async () => {
      const queue = await openQueue();
      expect(await queue.status()).toEqual({ messageCount: 0, oldestAt: null });
      await queue.send("hidden", { visibilityTimeoutS: 3600 });
      expect(await queue.status()).toEqual({ messageCount: 1, oldestAt: null });
      const sent = await queue.send("a");
      await queue.send("b");
      expect(await queue.status()).toEqual({ messageCount: 3, oldestAt: sent.insertedAt });
      expect(await queue.receive(HOUR)).toHaveLength(2);
    });

    test("is refused where there is no queue", async () => {
      expect(await refusalOf(account().queue(newName("q-")).status())).toBe("404 QueueNotFound");
    });
  });

  describe("a message", () => {
    test("comes back with its text, whatever that is", async () => {
      const queue = await openQueue();
      const text = '{"a":"<b>&amp; 世界 😀\\u0000"}\n';
      await queue.send(text);
      expect((await receiveOne(queue)).text).toBe(text);
    });

    test("is seen by nobody else until its time is over, and counts how often it was received", async () => {
      const queue = await openQueue();
      const sent = await queue.send("a");
      const first = await receiveOne(queue, 1);
      expect(first).toMatchObject({ messageId: sent.messageId, dequeueCount: 1, insertedAt: sent.insertedAt });
      expect(first.popReceipt).not.toBe(sent.popReceipt);
      const [second] = await eventually(async () => {
        const messages = await queue.receive(HOUR);
        return messages.length > 0 && messages;
      });
      expect(second).toMatchObject({ messageId: sent.messageId, dequeueCount: 2 });
      expect(second?.popReceipt).not.toBe(first.popReceipt);
      expect(await queue.receive(HOUR)).toEqual([]);
    });

    test("that is sent hidden is deleted with the receipt of its sending", async () => {
      const queue = await openQueue();
      const sent = await queue.send("a", { visibilityTimeoutS: 3600 });
      expect(await queue.receive(HOUR)).toEqual([]);
      await queue.delete(sent.messageId, sent.popReceipt);
      expect(await refusalOf(queue.delete(sent.messageId, sent.popReceipt))).toBe("404 MessageNotFound");
    });

    test("has times of whole seconds", async () => {
      const queue = await openQueue();
      const sent = await queue.send("a", { visibilityTimeoutS: 100 });
      expect([sent.insertedAt.getMilliseconds(), sent.nextVisibleAt.getMilliseconds()]).toEqual([0, 0]);
      expect(sent.nextVisibleAt.getTime() - sent.insertedAt.getTime()).toBe(100_000);
    });

    test("is deleted and updated with its newest receipt only", async () => {
      const queue = await openQueue();
      const sent = await queue.send("a");
      const received = await receiveOne(queue);
      const stale = [queue.delete(sent.messageId, sent.popReceipt), queue.update(sent.messageId, sent.popReceipt, 10)];
      expect(await Promise.all(stale.map(refusalOf))).toEqual(["400 PopReceiptMismatch", "400 PopReceiptMismatch"]);
      const updated = await queue.update(received.messageId, received.popReceipt, 3600);
      expect(updated.popReceipt).not.toBe(received.popReceipt);
      expect(await refusalOf(queue.delete(received.messageId, received.popReceipt))).toBe("400 PopReceiptMismatch");
      await queue.delete(received.messageId, updated.popReceipt);
      expect(await refusalOf(queue.update(received.messageId, updated.popReceipt, 1))).toBe("404 MessageNotFound");
    });

    test("that is visible again still belongs to its last receiver, until it is received once more", async () => {
      const queue = await openQueue();
      await queue.send("a");
      const first = await receiveOne(queue);
      const shown = await queue.update(first.messageId, first.popReceipt, 0);
      const second = await receiveOne(queue);
      expect(second).toMatchObject({ text: "a", dequeueCount: 2 });
      expect(await refusalOf(queue.update(first.messageId, shown.popReceipt, 0))).toBe("400 PopReceiptMismatch");
    });

    test("is gone when its time to live is over", async () => {
      const queue = await openQueue();
      const short = await queue.send("short", { timeToLiveS: 1 });
      const long = await queue.send("long", { timeToLiveS: -1, visibilityTimeoutS: 3600 });
      await eventually(
        async () => (await refusalOf(queue.delete(short.messageId, short.popReceipt))) === "404 MessageNotFound",
      );
      await queue.delete(long.messageId, long.popReceipt);
    });
  });

  test("those visible longest are received first, at most as many as asked for", async () => {
    const queue = await openQueue();
    for (const text of ["1", "2", "3"]) await queue.send(text);
    const texts = async () => (await queue.receive({ ...HOUR, count: 2 })).map(({ text }) => text);
    expect([await texts(), await texts(), await texts()]).toEqual([["1", "2"], ["3"], []]);
  });

  test("no message is received twice by callers at once", async () => {
    const queue = await openQueue();
    await Promise.all(["1", "2", "3", "4"].map((text) => queue.send(text)));
    const batches = await Promise.all([1, 2, 3].map(() => queue.receive({ ...HOUR, count: 2 })));
    expect(
      batches
        .flat()
        .map(({ text }) => text)
        .toSorted(),
    ).toEqual(["1", "2", "3", "4"]);
  });

  test("what is too large or out of range is refused", async () => {
    const queue = await openQueue();
    const { messageId, popReceipt } = await queue.send("é".repeat(32 * 1024));
    const calls = [
      queue.send(`${"é".repeat(32 * 1024)}a`),
      queue.send("a", { visibilityTimeoutS: WEEK_S + 1 }),
      queue.send("a", { timeToLiveS: 0 }),
      queue.send("a", { timeToLiveS: 10, visibilityTimeoutS: 10 }),
      queue.receive({ count: 33, visibilityTimeoutS: 1 }),
      queue.receive({ count: 1, visibilityTimeoutS: 0 }),
      queue.update(messageId, popReceipt, WEEK_S + 1),
    ];
    expect(await Promise.all(calls.map(refusalOf))).toEqual([
      "413 RequestBodyTooLarge",
      "400 OutOfRangeQueryParameterValue",
      "400 InvalidQueryParameterValue",
      "400 InvalidQueryParameterValue",
      "400 OutOfRangeQueryParameterValue",
      "400 OutOfRangeQueryParameterValue",
      "400 OutOfRangeQueryParameterValue",
    ]);
    expect(await queue.receive(HOUR)).toHaveLength(1);
  });
}

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
    test("is rejected before it exists, and may be created twice", async () => {
      const queue = account().queue(newName("q-"));
      expect(await refusalOf(queue.send("a"))).toBe("404 QueueNotFound");
      expect(await refusalOf(queue.receive(HOUR))).toBe("404 QueueNotFound");
      await queue.createIfNotExists();
      await queue.send("a");
      await queue.createIfNotExists();
      expect(await queue.receive(HOUR)).toHaveLength(1);
    });

    test.each(["Upper", "a", "-a-b", "a--b", "a_b", "a".repeat(64)])("cannot be named %s", async (name) => {
      const refusal = await refusalOf(account().queue(name).createIfNotExists());
      expect(refusal).toMatch(/^400 (InvalidResourceName|OutOfRangeInput)$/);
    });

    test("is shared by all clients that open it", async () => {
      const queue = await openQueue();
      await account().queue(queue.name).send("a");
      expect((await receiveOne(queue)).text).toBe("a");
    });
  });

  test("existing queues are listed by prefix", async () => {
    const prefix = newName("q-");
    const names = ["-b", "-a", "-a-1", "c"].map((it) => `${prefix}${it}`);
    for (const name of names) await account().queue(name).createIfNotExists();
    expect(await refusalOf(account().queue(`${prefix}-absent`).send("a"))).toBe("404 QueueNotFound");
    expect((await account().listQueues(`${prefix}-`)).toSorted()).toEqual(names.slice(0, 3).toSorted());
    expect(await account().listQueues(`${prefix}-x`)).toEqual([]);
  });

  describe("the status of a queue", () => {
    test("includes the number of messages and the time of the oldest visible one, without receiving any", async () => {
      const queue = await openQueue();
      expect(await queue.status()).toEqual({ messageCount: 0, oldestAt: null });
      await queue.send("hidden", { visibilityTimeoutS: 3600 });
      expect(await queue.status()).toEqual({ messageCount: 1, oldestAt: null });
      const sent = await queue.send("a");
      await queue.send("b");
      expect(await queue.status()).toEqual({ messageCount: 3, oldestAt: sent.insertedAt });
      expect(await queue.receive(HOUR)).toHaveLength(2);
    });

    test("is an error if there is no queue", async () => {
      expect(await refusalOf(account().queue(newName("q-")).status())).toBe("404 QueueNotFound");
    });
  });

  describe("a message", () => {
    test("is received with its text, whatever it contains", async () => {
      const queue = await openQueue();
      const text = '{"a":"<b>&amp; 世界 😀\\u0000"}\n';
      await queue.send(text);
      expect((await receiveOne(queue)).text).toBe(text);
    });

    test("is hidden from others until its timeout, and counts how often it was received", async () => {
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

    test("that was sent hidden is deleted with the receipt from sending it", async () => {
      const queue = await openQueue();
      const sent = await queue.send("a", { visibilityTimeoutS: 3600 });
      expect(await queue.receive(HOUR)).toEqual([]);
      await queue.delete(sent.messageId, sent.popReceipt);
      expect(await refusalOf(queue.delete(sent.messageId, sent.popReceipt))).toBe("404 MessageNotFound");
    });

    test("has times in whole seconds", async () => {
      const queue = await openQueue();
      const sent = await queue.send("a", { visibilityTimeoutS: 100 });
      expect([sent.insertedAt.getMilliseconds(), sent.nextVisibleAt.getMilliseconds()]).toEqual([0, 0]);
      expect(sent.nextVisibleAt.getTime() - sent.insertedAt.getTime()).toBe(100_000);
    });

    test("can be deleted and updated only with its latest receipt", async () => {
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

    test("that is visible again belongs to its last receiver until it is received again", async () => {
      const queue = await openQueue();
      await queue.send("a");
      const first = await receiveOne(queue);
      const shown = await queue.update(first.messageId, first.popReceipt, 0);
      const second = await receiveOne(queue);
      expect(second).toMatchObject({ text: "a", dequeueCount: 2 });
      expect(await refusalOf(queue.update(first.messageId, shown.popReceipt, 0))).toBe("400 PopReceiptMismatch");
    });

    test("is gone after its time to live", async () => {
      const queue = await openQueue();
      const short = await queue.send("short", { timeToLiveS: 1 });
      const long = await queue.send("long", { timeToLiveS: -1, visibilityTimeoutS: 3600 });
      await eventually(
        async () => (await refusalOf(queue.delete(short.messageId, short.popReceipt))) === "404 MessageNotFound",
      );
      await queue.delete(long.messageId, long.popReceipt);
    });
  });

  test("the messages visible longest are received first, up to the requested number", async () => {
    const queue = await openQueue();
    for (const text of ["1", "2", "3"]) await queue.send(text);
    const texts = async () => (await queue.receive({ ...HOUR, count: 2 })).map(({ text }) => text);
    expect([await texts(), await texts(), await texts()]).toEqual([["1", "2"], ["3"], []]);
  });

  test("no message is received twice by concurrent callers", async () => {
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

  test("values that are too large or out of range are rejected", async () => {
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

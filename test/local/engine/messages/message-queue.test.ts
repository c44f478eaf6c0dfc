// What the queue's owner counts on whichever storage it is; what Azurite and the wire say of it is in message-queue.local.test.ts.

import { createLogger, type LogEntry } from "@same-kit/shared";
import { describe, expect, test, vi } from "vitest";
import { encodeBlobReference } from "../../../../local/src/engine/messages/message-codec.ts";
import type { ReceivedMessage } from "../../../../local/src/engine/messages/message-data.ts";
import { MessageQueue } from "../../../../local/src/engine/messages/message-queue.ts";
import { LargePayloads } from "../../../../local/src/engine/taskhub/large-payloads.ts";
import { createMemoryStorage } from "../../../../local/src/storage/memory/memory-storage.ts";
import { StorageError } from "../../../../local/src/storage/storage-errors.ts";
import { eventMessage } from "../../../helpers/outgoing-message.ts";
import { VirtualClock } from "../../../helpers/virtual-clock.ts";

async function openQueue(visibilityTimeoutMs = 60_000) {
  const clock = new VirtualClock();
  const storage = createMemoryStorage({ clock });
  const stored = storage.queue("hub-control-00");
  const blobs = storage.container("hub-largemessages");
  await Promise.all([stored.createIfNotExists(), blobs.createIfNotExists()]);
  const logged: LogEntry[] = [];
  const log = createLogger((entry) => logged.push(entry), "test");
  const payloads = new LargePayloads(blobs);
  const queue = new MessageQueue({ queue: stored, payloads, clock, log, visibilityTimeoutMs });
  const pass = (ms: number) => clock.moveTo(clock.now().getTime() + ms);
  const timeIn = (ms: number) => new Date(clock.now().getTime() + ms).toISOString();
  const shownIn = () => stored.messages().map(({ visibleAtMs }) => visibleAtMs - clock.now().getTime());
  const receiveOne = async () => (await queue.receive(1))[0] as ReceivedMessage;
  return { clock, stored, blobs, payloads, queue, logged, pass, timeIn, shownIn, receiveOne };
}

const inputOf = ({ data }: ReceivedMessage) => (data.TaskMessage.Event as { Input: string | null }).Input;
const refusal = (status: number) => new StorageError(status, "Refused");

describe("sending", () => {
  test.each([
    ["a time within a second", 200, 1_000],
    ["half a second after an hour", 3_600_500, 3_601_000],
    ["more than the week that a queue delays", 8 * 24 * 3_600_000, 7 * 24 * 3_600_000],
    ["a time that has passed", -5_000, 0],
  ])("for %s shows in whole seconds, never early", async (_, inMs, shownInMs) => {
    const { queue, clock, timeIn, shownIn } = await openQueue();
    const { visibleAt } = await queue.send(eventMessage("1"), timeIn(inMs));
    expect(shownIn()).toEqual([shownInMs]);
    expect(visibleAt.getTime() - clock.now().getTime()).toBe(shownInMs);
  });

  test("wakes the reader of this process, but not for what it cannot see yet", async () => {
    const { queue, timeIn } = await openQueue();
    await queue.send(eventMessage("1"));
    const wake = vi.fn();
    queue.onSend(wake);
    await queue.send(eventMessage("2"), timeIn(60_000));
    await queue.sendAndHold(eventMessage("3"));
    expect(wake).not.toHaveBeenCalled();
    await queue.send(eventMessage("4"));
    expect(wake).toHaveBeenCalledOnce();
  });

  test.each(["send", "sendAndHold"] as const)("%s stores a message that never expires", async (send) => {
    const { queue, stored, pass } = await openQueue();
    await queue[send](eventMessage("1"));
    pass(60_000);
    const [message] = await stored.receive({ count: 1, visibilityTimeoutS: 1 });
    expect(message?.expiresAt.getUTCFullYear()).toBe(9999);
  });

  test("numbers messages in their order, and names the episode only of what an episode sent", async () => {
    const { queue, stored } = await openQueue();
    const first = await queue.send(eventMessage("1"));
    const second = await queue.sendAndHold({ ...eventMessage("2"), episode: 3 });
    expect(second.data.SequenceNumber).toBe(first.data.SequenceNumber + 1);
    expect(second).toMatchObject({ queueName: "hub-control-00", dequeueCount: 1, data: { Episode: 3 } });
    const episodes = stored.messages().map(({ text }) => JSON.parse(text).Episode);
    expect(episodes).toEqual([undefined, 3]);
  });

  test("leaves an envelope of 46080 bytes of UTF-8 in the queue, and moves a larger one to a blob", async () => {
    const { queue, stored } = await openQueue();
    const { data } = await queue.send(eventMessage(""));
    const digits = String(data.SequenceNumber).length;
    const overhead = Buffer.byteLength(stored.messages()[0]?.text ?? "") - digits;
    const send = (bytes: number, next: number) => {
      const room = bytes - overhead - String(data.SequenceNumber + next).length;
      return queue.send(eventMessage("é".repeat(Math.floor(room / 2)) + "x".repeat(room % 2)));
    };
    expect((await send(46_080, 1)).blobName).toBeNull();
    expect((await send(46_081, 2)).blobName).toMatch(/^abc\/message-[0-9a-f]{32}-EventRaised\.json\.gz$/);
  });
});

describe("receiving", () => {
  test("reads a large message from its blob", async () => {
    const { queue, receiveOne } = await openQueue();
    const large = JSON.stringify("é".repeat(46_080));
    const { data } = await queue.send(eventMessage(large));
    const received = await receiveOne();
    expect(inputOf(received)).toBe(large);
    expect(received.data.ActivityId).toBe(data.ActivityId);
  });

  test("hides a message for the timeout, in whole seconds, and at least for one", async () => {
    const { queue, shownIn } = await openQueue(1_500);
    await queue.send(eventMessage("1"));
    await queue.receive(1);
    expect(shownIn()).toEqual([2_000]);
    const short = await openQueue(0);
    await short.queue.send(eventMessage("1"));
    await short.queue.receive(1);
    expect(short.shownIn()).toEqual([1_000]);
  });

  test("takes no more at a time than the service gives", async () => {
    const { queue } = await openQueue();
    for (let count = 0; count < 33; count += 1) await queue.send(eventMessage("1"));
    expect(await queue.receive(2)).toHaveLength(2);
    expect(await queue.receive(100)).toHaveLength(31);
  });

  test("orders by the time of sending, whichever sender, and within a second by the sender's number", async () => {
    const { queue, stored, clock, pass, timeIn } = await openQueue();
    await queue.send(eventMessage("1"), timeIn(3_000));
    await queue.send(eventMessage("2"));
    pass(1_000);
    // A message of a process that has sent fewer.
    const { data } = await queue.send(eventMessage("other"));
    const text = stored.messages().at(-1)?.text ?? "";
    await stored.send(
      text.replace(`"SequenceNumber":${data.SequenceNumber}`, '"SequenceNumber":0').replace("other", "3"),
    );
    pass(3_000);
    const received = await queue.receive(32);
    expect(received.map(inputOf)).toEqual(["1", "2", "3", "other"]);
    expect(clock.now().getTime() - (received[0] as ReceivedMessage).insertedAt.getTime()).toBe(4_000);
  });

  test("puts back what it cannot read, to be seen after two seconds, and returns the rest", async () => {
    const { queue, stored, logged, shownIn } = await openQueue();
    await stored.send("not a message");
    await queue.send(eventMessage("1"));
    expect((await queue.receive(32)).map(inputOf)).toEqual(["1"]);
    expect(shownIn()).toEqual([2_000, 60_000]);
    expect(logged).toMatchObject([
      { level: "warn", fields: { queue: "hub-control-00", dequeueCount: 1, reason: expect.stringContaining("JSON") } },
    ]);
  });

  test("returns the rest also when what cannot be read cannot be put back", async () => {
    const { queue, stored } = await openQueue();
    await stored.send("not a message");
    await queue.send(eventMessage("1"));
    vi.spyOn(stored, "update").mockRejectedValue(new Error("no route"));
    expect((await queue.receive(32)).map(inputOf)).toEqual(["1"]);
  });

  test("discards a message at the third reading without its payload, and only such a message", async () => {
    const { queue, stored, payloads, logged, pass } = await openQueue(1_000);
    await stored.send(encodeBlobReference("abc/message-gone-EventRaised.json.gz"));
    await payloads.save("abc/message-odd-EventRaised.json.gz", encodeBlobReference("abc/another.json.gz"));
    await stored.send(encodeBlobReference("abc/message-odd-EventRaised.json.gz"));
    const left: number[] = [];
    for (let reading = 1; reading <= 4; reading += 1) {
      expect(await queue.receive(32)).toEqual([]);
      left.push(stored.messages().length);
      pass(60_000);
    }
    expect(left).toEqual([2, 2, 1, 1]);
    expect(logged.filter((it) => it.message.includes("no longer exists"))).toHaveLength(1);
    expect(logged.at(-1)?.fields["reason"]).toContain("holds another reference");
  });
});

describe("giving back", () => {
  test.each([
    [1, 2],
    [9, 512],
    [10, 600],
    [31, 600],
    [2_000, 600],
  ])("after %i dequeues an abandoned message waits %i s", async (dequeueCount, seconds) => {
    const { queue, logged, shownIn, receiveOne } = await openQueue();
    await queue.send(eventMessage("1"));
    await queue.abandon({ ...(await receiveOne()), dequeueCount });
    expect(shownIn()).toEqual([seconds * 1000]);
    expect(logged).toHaveLength(dequeueCount < 10 ? 0 : 1);
  });

  test("renews for a full timeout with a fresh receipt, and says where another host has the message", async () => {
    const { queue, pass, shownIn, receiveOne } = await openQueue();
    await queue.send(eventMessage("1"));
    const message = await receiveOne();
    const stale = { ...message };
    pass(20_000);
    expect(await queue.renew(message)).toBe(true);
    expect(shownIn()).toEqual([60_000]);
    expect(await queue.renew(stale)).toBe(false);
    await queue.delete(message);
    expect(await queue.renew(message)).toBe(false);
  });

  test("releases at once", async () => {
    const { queue, shownIn, receiveOne } = await openQueue();
    await queue.send(eventMessage("1"));
    await queue.release(await receiveOne());
    expect(shownIn()).toEqual([0]);
  });

  test.each(["renew", "release", "abandon"] as const)("a storage that is out of order fails to %s", async (action) => {
    const { queue, stored, receiveOne } = await openQueue();
    await queue.send(eventMessage("1"));
    vi.spyOn(stored, "update").mockRejectedValue(refusal(503));
    await expect(queue[action](await receiveOne())).rejects.toThrow("Refused");
  });
});

describe("deleting", () => {
  test("a message that is gone already, or that another host has received, is no error", async () => {
    const { queue, stored, pass, receiveOne } = await openQueue();
    await queue.send(eventMessage("1"));
    const message = await receiveOne();
    pass(60_000);
    const taken = await receiveOne();
    await queue.delete(message);
    expect(stored.messages()).toHaveLength(1);
    await queue.delete(taken);
    await queue.delete(taken);
    expect(stored.messages()).toEqual([]);
  });

  test("tries the receipt of a renewal that raced", async () => {
    const { queue, stored, receiveOne } = await openQueue();
    await queue.send(eventMessage("1"));
    const message = await receiveOne();
    const held = { ...message, popReceipt: "older" };
    const racing = queue.delete(held);
    held.popReceipt = message.popReceipt;
    await racing;
    expect(stored.messages()).toEqual([]);
  });

  test.each([[[503]], [[404, 503]], [[400, 503]]])("fails where the storage answers %j", async (statuses) => {
    const { queue, stored, receiveOne } = await openQueue();
    await queue.send(eventMessage("1"));
    const remove = vi.spyOn(stored, "delete");
    for (const status of statuses) remove.mockRejectedValueOnce(refusal(status));
    await expect(queue.delete(await receiveOne())).rejects.toThrow("Refused");
  });
});

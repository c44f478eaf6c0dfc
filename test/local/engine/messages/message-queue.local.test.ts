import { gunzipSync, gzipSync } from "node:zlib";
import { createLogger, createSystemClock, type LogEntry } from "@same-kit/shared";
import { describe, expect, test, vi } from "vitest";
import type { ReceivedMessage } from "../../../../local/src/engine/messages/message-data.ts";
import { MessageQueue } from "../../../../local/src/engine/messages/message-queue.ts";
import { LargePayloads } from "../../../../local/src/engine/taskhub/large-payloads.ts";
import wire from "../../../fixtures/task-hub/queue-messages.json" with { type: "json" };
import { openTestHub, useAzurite } from "../../../helpers/azurite.ts";
import { eventMessage } from "../../../helpers/outgoing-message.ts";
import { rawContainer, rawQueue } from "../../../helpers/raw-storage.ts";
import { waitFor } from "../../../helpers/wait-for.ts";

const storage = useAzurite();

async function openQueue(visibilityTimeoutMs = 60_000) {
  const hub = await openTestHub(storage(), 1);
  const client = rawQueue(storage(), hub.controlQueues[0]!.name);
  const blobs = rawContainer(storage(), hub.largeMessages.name);
  const logged: LogEntry[] = [];
  const log = createLogger((entry) => logged.push(entry), "test");
  const payloads = new LargePayloads(hub.largeMessages);
  const queue = new MessageQueue({
    queue: hub.controlQueues[0]!,
    payloads,
    clock: createSystemClock(),
    log,
    visibilityTimeoutMs,
  });
  const receiveOne = async (): Promise<ReceivedMessage> => {
    const [message] = await waitFor(async () => {
      const messages = await queue.receive(1);
      return messages.length > 0 && messages;
    });
    return message!;
  };
  const bodies = async () => (await client.peekMessages({ numberOfMessages: 32 })).peekedMessageItems;
  return { hub, client, blobs, queue, logged, receiveOne, bodies };
}

const inputOf = ({ data }: ReceivedMessage) => (data.TaskMessage.Event as { Input: string | null }).Input;

describe("sending", () => {
  test("the body is plain JSON that never expires", async () => {
    const { queue, bodies } = await openQueue();
    const { data } = await queue.send(eventMessage("true"));
    const [item] = await bodies();
    const { ActivityId, SequenceNumber } = data;
    const expected = wire.EventRaised.replace(/"ActivityId":"[^"]+"/, `"ActivityId":"${ActivityId}"`).replace(
      '"SequenceNumber":2',
      `"SequenceNumber":${SequenceNumber}`,
    );
    expect(item?.messageText).toBe(expected);
    expect(item?.expiresOn.getUTCFullYear()).toBe(9999);
  });

  test("any string survives the queue's XML", async () => {
    const { queue, receiveOne } = await openQueue();
    const text = JSON.stringify("&amp; <b>'\"]]> \u0000\u0007\ufffe\uffff\r\n\u0085\u2028 é 世界 😀  ");
    await queue.send(eventMessage(text));
    expect(inputOf(await receiveOne())).toBe(text);
  });

  test("a message for a later time is not visible before", async () => {
    const { queue, client } = await openQueue();
    const fireAt = new Date(Date.now() + 3_600_000).toISOString();
    await queue.send(eventMessage("1"), fireAt);
    expect(await queue.receive(32)).toEqual([]);
    expect((await client.getProperties()).approximateMessagesCount).toBe(1);
  });

  test("a message for a past time is visible immediately", async () => {
    const { queue } = await openQueue();
    await queue.send(eventMessage("1"), "2020-01-01T00:00:00.0000000Z");
    expect(await queue.receive(32)).toHaveLength(1);
  });

  test("a reader in this process is woken only by messages that are already visible", async () => {
    const { queue } = await openQueue();
    const wake = vi.fn();
    queue.onSend(wake);
    await queue.send(eventMessage("1"), new Date(Date.now() + 60_000).toISOString());
    await queue.sendAndHold(eventMessage("2"));
    expect(wake).not.toHaveBeenCalled();
    await queue.send(eventMessage("3"));
    expect(wake).toHaveBeenCalledOnce();
  });
});

describe("large messages", () => {
  const large = JSON.stringify("x".repeat(45 * 1024));

  test("are stored in a gzipped blob under the instance, and read back complete", async () => {
    const { queue, blobs, bodies, receiveOne } = await openQueue();
    const { data, blobName } = await queue.send(eventMessage(large, "a/b"));
    const activityId = data.ActivityId.replaceAll("-", "");
    expect(blobName).toBe(`a/b/message-${activityId}-EventRaised.json.gz`);
    const [item] = await bodies();
    expect(item?.messageText).toBe(
      wire["reference to a blob"].replace(/"CompressedBlobName":"[^"]+"/, `"CompressedBlobName":"${blobName}"`),
    );
    const blob = await blobs.getBlobClient(blobName ?? "").downloadToBuffer();
    expect(JSON.parse(gunzipSync(blob).toString("utf8"))).toMatchObject({ ActivityId: data.ActivityId });
    expect(inputOf(await receiveOne())).toBe(large);
  });

  test("are those whose whole envelope exceeds 46080 bytes of UTF-8", async () => {
    const { queue, bodies } = await openQueue();
    await queue.send(eventMessage("é"));
    const overhead = Buffer.byteLength((await bodies())[0]?.messageText ?? "") - 2;
    // The sequence number may gain a digit between two sends, so both sizes keep a margin of a few bytes.
    expect((await queue.send(eventMessage("é".repeat((46_080 - overhead - 8) / 2)))).blobName).toBeNull();
    expect((await queue.send(eventMessage("é".repeat((46_080 - overhead + 8) / 2)))).blobName).not.toBeNull();
  });

  test("are put back if their blob is missing", async () => {
    const { queue, blobs, logged } = await openQueue();
    const { blobName } = await queue.send(eventMessage(large));
    await blobs.deleteBlob(blobName ?? "");
    expect(await queue.receive(1)).toEqual([]);
    expect(logged[0]).toMatchObject({
      level: "warn",
      message: "A queue message cannot be read; it is returned to the queue.",
    });
  });
});

describe("receiving", () => {
  test("messages are received in the order in which they were sent", async () => {
    const { queue } = await openQueue();
    for (const input of ["1", "2", "3", "4", "5"]) await queue.send(eventMessage(input));
    expect((await queue.receive(32)).map(inputOf)).toEqual(["1", "2", "3", "4", "5"]);
  });

  test("a Base64 body from an older host is decoded", async () => {
    const { client, receiveOne } = await openQueue();
    await client.sendMessage(Buffer.from(wire.TaskCompleted, "utf8").toString("base64"));
    expect((await receiveOne()).data.TaskMessage.Event).toMatchObject({ TaskScheduledId: 0, Result: '"Hello Tokyo"' });
  });

  test("a body that is not a message is put back, and the others are received", async () => {
    const { queue, client, logged } = await openQueue();
    await client.sendMessage("not a message");
    await queue.send(eventMessage("1"));
    expect((await queue.receive(32)).map(inputOf)).toEqual(["1"]);
    expect(logged).toHaveLength(1);
    expect((await client.getProperties()).approximateMessagesCount).toBe(2);
  });

  test("a deleted message is gone, and deleting it again is not an error", async () => {
    const { queue, client, receiveOne } = await openQueue();
    await queue.send(eventMessage("1"));
    const message = await receiveOne();
    await queue.delete(message);
    await queue.delete(message);
    expect((await client.getProperties()).approximateMessagesCount).toBe(0);
  });

  test("an abandoned message comes back after two seconds with its body", async () => {
    const { queue, receiveOne } = await openQueue();
    await queue.send(eventMessage('"kept"'));
    const first = await receiveOne();
    await queue.abandon(first);
    const waitsMs = first.nextVisibleAt.getTime() - Date.now();
    expect(waitsMs).toBeGreaterThan(0);
    expect(waitsMs).toBeLessThanOrEqual(2_000);
    const second = await receiveOne();
    expect(second).toMatchObject({ messageId: first.messageId, dequeueCount: 2 });
    expect(inputOf(second)).toBe('"kept"');
  });

  test.each([
    [9, 512, 0],
    [10, 600, 1],
    [31, 600, 1],
  ])("after %i dequeues an abandoned message waits %i s, with %i warnings", async (dequeueCount, seconds, warnings) => {
    const { queue, logged, receiveOne } = await openQueue();
    await queue.send(eventMessage("1"));
    const message = { ...(await receiveOne()), dequeueCount };
    const before = Date.now();
    await queue.abandon(message);
    // The service counts whole seconds.
    expect(message.nextVisibleAt.getTime() - before).toBeGreaterThan((seconds - 2) * 1000);
    expect(message.nextVisibleAt.getTime() - before).toBeLessThan((seconds + 2) * 1000);
    expect(logged).toHaveLength(warnings);
  });

  test("a renewed message stays with its owner, and is deleted only with the new receipt", async () => {
    const { queue, client, receiveOne } = await openQueue();
    await queue.send(eventMessage("1"));
    const message = await receiveOne();
    const stale = { ...message };
    expect(await queue.renew(message)).toBe(true);
    expect(message.popReceipt).not.toBe(stale.popReceipt);
    expect(await queue.renew(stale)).toBe(false);
    await queue.delete(stale);
    expect((await client.getProperties()).approximateMessagesCount).toBe(1);
    await queue.delete(message);
    expect((await client.getProperties()).approximateMessagesCount).toBe(0);
  });
});

describe("a held message", () => {
  test("is hidden from others, and deleted with the receipt from sending it", async () => {
    const { queue, client } = await openQueue();
    const held = await queue.sendAndHold(eventMessage("1"));
    expect(held).toMatchObject({ dequeueCount: 1, queueName: client.name });
    expect(await queue.receive(32)).toEqual([]);
    await queue.delete(held);
    expect((await client.getProperties()).approximateMessagesCount).toBe(0);
  });

  test("is visible to others after its holder died", async () => {
    const { queue, receiveOne } = await openQueue(1_000);
    const held = await queue.sendAndHold(eventMessage("1"));
    expect((await receiveOne()).messageId).toBe(held.messageId);
  });

  test("is visible to others as soon as its holder releases it", async () => {
    const { queue } = await openQueue();
    const held = await queue.sendAndHold(eventMessage("1"));
    await queue.release(held);
    expect((await queue.receive(32)).map((it) => it.messageId)).toEqual([held.messageId]);
  });
});

test("a message that a .NET host gzipped into a blob is read", async () => {
  const { blobs, client, receiveOne } = await openQueue();
  const name = "abc/message-0b8a5c0e6f0d4a399c832f1f0f6d8c11-ExecutionStarted.json.gz";
  await blobs.createIfNotExists();
  await blobs.getBlockBlobClient(name).uploadData(gzipSync(wire.ExecutionStarted));
  await client.sendMessage(wire["reference to a blob"]);
  expect((await receiveOne()).data.TaskMessage.Event).toMatchObject({ Name: "HelloSequence", Input: '"Tokyo"' });
});

test("a message whose payload was purged is discarded, but not on the first attempt", async () => {
  const { queue, client, logged } = await openQueue(1_000);
  await client.sendMessage(wire["reference to a blob"]);
  const count = async () => (await client.getProperties()).approximateMessagesCount;
  await waitFor(async () => {
    expect(await queue.receive(32)).toEqual([]);
    return (await count()) === 0;
  });
  expect(logged).toHaveLength(3);
});

test("readable messages are delivered even if an unreadable one cannot be put back", async () => {
  const { queue, hub, client } = await openQueue();
  await client.sendMessage("no message");
  await queue.send(eventMessage("1"));
  vi.spyOn(hub.controlQueues[0]!, "update").mockRejectedValue(new Error("no route"));
  const received = await waitFor(async () => {
    const messages = await queue.receive(32);
    return messages.length > 0 && messages;
  });
  expect(received.map(inputOf)).toEqual(["1"]);
});

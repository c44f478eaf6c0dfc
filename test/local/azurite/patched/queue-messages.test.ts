import { expect, test } from "vitest";
import { findMessage, findVisible, removeExpired } from "../../../../local/src/azurite/patched/queue-messages.ts";
import { makeCollection } from "../../../helpers/loki.ts";

type Message = Parameters<typeof findMessage>[0]["data"][number];
const queue = { accountName: "account", queueName: "orders" };
const NOW_MS = 1_000_000;

function message(messageId: string, more: Partial<Message> = {}): Omit<Message, "$loki"> {
  return { ...queue, messageId, timeNextVisible: NOW_MS, expirationTime: new Date(NOW_MS + 60_000), ...more };
}
const idsOf = (messages: readonly Message[]) => messages.map(({ messageId }) => messageId);

test("a message is found only in its own queue", () => {
  const messages = makeCollection<Message>(message("1"), message("1", { queueName: "other" }));
  expect(findMessage(messages, { ...queue, messageId: "1" })).toBe(messages.data[0]);
  expect(findMessage(messages, { ...queue, messageId: "2" })).toBeNull();
  expect(findMessage(messages, { ...queue, queueName: "none", messageId: "1" })).toBeNull();
});

test("visible messages are ordered by the time they became visible, then by arrival", () => {
  const messages = makeCollection<Message>(
    message("later", { timeNextVisible: NOW_MS + 1 }),
    message("second", { timeNextVisible: NOW_MS - 1 }),
    message("third", { timeNextVisible: NOW_MS - 1 }),
    message("first", { timeNextVisible: NOW_MS - 2 }),
    message("elsewhere", { queueName: "other" }),
  );
  const query = { ...queue, timeNextVisible: { $lte: NOW_MS } };
  expect(idsOf(findVisible(messages, query, 32))).toEqual(["first", "second", "third"]);
  expect(idsOf(findVisible(messages, query, 1))).toEqual(["first"]);
});

test("expired messages are removed only from the given queue", () => {
  const expirationTime = new Date(NOW_MS);
  const messages = makeCollection<Message>(
    message("gone", { expirationTime }),
    message("kept"),
    message("elsewhere", { expirationTime, queueName: "other" }),
    message("loaded from a file", { expirationTime: expirationTime.toISOString() }),
  );
  removeExpired(messages, { ...queue, expirationTime: { $lte: NOW_MS } });
  expect(idsOf(messages.data)).toEqual(["kept", "elsewhere"]);
});

test("a message that arrives after an expiry check still expires on time", () => {
  const messages = makeCollection<Message>(message("old"));
  const expire = (nowMs: number) => removeExpired(messages, { ...queue, expirationTime: { $lte: nowMs } });
  expire(NOW_MS);
  messages.insert(message("short", { expirationTime: new Date(NOW_MS + 10) }));
  expire(NOW_MS + 9);
  expect(idsOf(messages.data)).toEqual(["old", "short"]);
  expire(NOW_MS + 10);
  expect(idsOf(messages.data)).toEqual(["old"]);
  expire(NOW_MS + 60_000);
  expect(messages.data).toEqual([]);
});

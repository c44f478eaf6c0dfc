// Message lookup of the patched queue service.

import type { Collection, Doc } from "./loki.ts";
import { indexesBy } from "./two-level-index.ts";

type Message = Doc & {
  accountName: string;
  queueName: string;
  messageId: string;
  /** Milliseconds since the epoch. */
  timeNextVisible: number;
  /** A string after loading from a file. */
  expirationTime: Date | string;
};
type Queue = { accountName: string; queueName: string };

const groupOf = ({ accountName, queueName }: Queue) => `${accountName}/${queueName}`;
const indexOf = indexesBy<Message>((message) => [groupOf(message), message.messageId]);

export function findMessage(
  collection: Collection<Message>,
  { accountName, queueName, messageId }: Queue & { messageId: string },
): Message | null {
  return indexOf(collection).find(groupOf({ accountName, queueName }), messageId);
}

/** Messages visible at `nowMs`, those visible the longest first. */
export function findVisible(
  collection: Collection<Message>,
  { accountName, queueName, timeNextVisible }: Queue & { timeNextVisible: { $lte: number } },
  count: number,
): Message[] {
  const nowMs = timeNextVisible.$lte;
  return indexOf(collection)
    .inGroup(groupOf({ accountName, queueName }))
    .filter((message) => message.timeNextVisible <= nowMs)
    .sort((left, right) => left.timeNextVisible - right.timeNextVisible || left.$loki - right.$loki)
    .slice(0, count);
}

/** Per queue: no message expires before this time. Unknown: must be looked up. */
const nextExpiryMs = new WeakMap<Collection<Message>, Map<string, number>>();

/**
 * Removes expired messages. Azurite does this before every call; here the queue is scanned only when something may have
 * expired.
 */
export function removeExpired(
  collection: Collection<Message>,
  { accountName, queueName, expirationTime }: Queue & { expirationTime: { $lte: number } },
): void {
  const nowMs = expirationTime.$lte;
  const group = groupOf({ accountName, queueName });
  const known = nextExpiryMs.get(collection) ?? watchExpiry(collection);
  if ((known.get(group) ?? Number.NEGATIVE_INFINITY) > nowMs) return;
  const messages = indexOf(collection).inGroup(group);
  const expired = messages.filter((message) => expiryMsOf(message) <= nowMs);
  if (expired.length > 0) collection.remove(expired);
  const later = messages.map(expiryMsOf).filter((atMs) => atMs > nowMs);
  known.set(
    group,
    later.reduce((earliest, atMs) => Math.min(earliest, atMs), Number.POSITIVE_INFINITY),
  );
}

function watchExpiry(collection: Collection<Message>): Map<string, number> {
  const known = new Map<string, number>();
  nextExpiryMs.set(collection, known);
  const lower = (messages: Message | Message[]) => {
    for (const message of [messages].flat() as Message[]) {
      const group = groupOf(message);
      const atMs = known.get(group);
      if (atMs !== undefined) known.set(group, Math.min(atMs, expiryMsOf(message)));
    }
  };
  collection.on("insert", lower);
  collection.on("update", lower);
  return known;
}

const expiryMsOf = ({ expirationTime }: Message): number => new Date(expirationTime).getTime();

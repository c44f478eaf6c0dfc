import { expect, test } from "vitest";
import { HostileDelivery } from "../../../../local/src/engine/delivery/hostile-delivery.ts";
import { EventType } from "../../../../local/src/engine/history/events.ts";
import type { OutgoingMessage } from "../../../../local/src/engine/messages/message-data.ts";
import { historyEvents } from "../../../helpers/history-events.ts";
import { eventMessage, toInstance } from "../../../helpers/outgoing-message.ts";
import { waitFor } from "../../../helpers/wait-for.ts";

async function shuffled(seed: number): Promise<number[]> {
  const hostile = new HostileDelivery(seed);
  const order: number[] = [];
  for (let n = 0; n < 10; n += 1) hostile.shuffle(() => order.push(n));
  await waitFor(() => order.length === 10);
  return order;
}

test("everything is delivered in a shuffled order, which the seed determines", async () => {
  const order = await shuffled(1);
  expect(order.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(order).not.toEqual(order.toSorted((a, b) => a - b));
  expect(await shuffled(1)).toEqual(order);
  expect(await shuffled(2)).not.toEqual(order);
});

test("some messages of the engine are sent twice, but no event or command of a client", () => {
  const hostile = new HostileDelivery(1);
  const doubled = (message: OutgoingMessage) =>
    Array.from({ length: 100 }, () => hostile.isDoubled(message)).filter((it) => it).length;
  const starts = doubled(toInstance("abc", historyEvents.executionStarted()));
  expect(starts).toBeGreaterThan(10);
  expect(starts).toBeLessThan(40);
  expect(doubled(eventMessage("1"))).toBe(0);
  const base = { EventId: -1, IsPlayed: false, Timestamp: "2026-03-01T00:00:00Z" };
  expect(doubled(toInstance("abc", { ...base, EventType: EventType.ExecutionTerminated, Input: null }))).toBe(0);
});

test("delivers a message that has no others to be mixed with", async () => {
  const delivered: number[] = [];
  new HostileDelivery(1).shuffle(() => delivered.push(1));
  await new Promise((resolve) => setImmediate(resolve));
  expect(delivered).toEqual([1]);
});

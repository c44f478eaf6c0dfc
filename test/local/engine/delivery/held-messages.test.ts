import { createLogger, type LogEntry } from "@same-kit/shared";
import { expect, onTestFinished, test } from "vitest";
import { HeldMessages } from "../../../../local/src/engine/delivery/held-messages.ts";
import type { ReceivedMessage } from "../../../../local/src/engine/messages/message-data.ts";
import type { MessageQueue } from "../../../../local/src/engine/messages/message-queue.ts";
import { VirtualClock } from "../../../helpers/virtual-clock.ts";

const MINUTE_MS = 60_000;

function makeHeld(renew: () => Promise<boolean> = async () => true) {
  const clock = new VirtualClock();
  const startedAtMs = clock.now().getTime();
  const renewals: string[] = [];
  const logged: LogEntry[] = [];
  const log = createLogger((entry) => logged.push(entry), "test");
  const held = new HeldMessages({ clock, log, visibilityTimeoutMs: 15_000, onAbandoned() {} });
  held.start();
  onTestFinished(() => held.stop());
  const hold = (messageId: string, nextVisibleAt = new Date(startedAtMs + 15_000)) => {
    const message = { messageId, nextVisibleAt } as ReceivedMessage;
    const queue = {
      name: "queue",
      async renew() {
        renewals.push(`${messageId} at ${(clock.now().getTime() - startedAtMs) / 1000}`);
        return renew();
      },
      delete: async () => void renewals.push(`${messageId} deleted`),
      abandon: async () => void renewals.push(`${messageId} abandoned`),
      release: async () => void renewals.push(`${messageId} released`),
    } as unknown as MessageQueue;
    held.add(message, queue);
    return message;
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const passSeconds = async (seconds: number) => {
    for (let i = 0; i < seconds; i += 1) {
      await settle();
      clock.moveTo(clock.now().getTime() + 1000);
    }
    await settle();
  };
  return { clock, held, hold, renewals, logged, settle, passSeconds };
}

test.each([
  ["in sync", 0],
  ["minutes ahead", 5 * MINUTE_MS],
  ["minutes behind", -5 * MINUTE_MS],
])(
  "a held message is renewed after a third of its visibility timeout, with the service's clock %s",
  async (_, serviceAheadMs) => {
    const { hold, renewals, passSeconds } = makeHeld();
    hold("a", new Date(Date.parse("2026-06-24T14:00:15Z") + serviceAheadMs));
    await passSeconds(11);
    expect(renewals).toEqual(["a at 5", "a at 10"]);
  },
);

test("each message is renewed on its own schedule, until it is released", async () => {
  const { held, hold, renewals, passSeconds } = makeHeld();
  const first = hold("a");
  await passSeconds(2);
  hold("b");
  await passSeconds(4);
  held.forget(first);
  await passSeconds(6);
  expect(renewals).toEqual(["a at 5", "b at 7", "b at 12"]);
});

test("a failed renewal is retried every second", async () => {
  let failures = 2;
  const { hold, renewals, passSeconds } = makeHeld(async () => {
    failures -= 1;
    if (failures >= 0) throw new Error("no route");
    return true;
  });
  hold("a");
  await passSeconds(13);
  expect(renewals).toEqual(["a at 5", "a at 6", "a at 7", "a at 12"]);
});

test.each(["delete", "abandon", "release"] as const)(
  "%s waits for a pending renewal, which changes the receipt",
  async (action) => {
    const renewal = Promise.withResolvers<boolean>();
    const { held, hold, renewals, passSeconds } = makeHeld(() => renewal.promise);
    const message = hold("a");
    await passSeconds(5);
    const done = held[action](message);
    await passSeconds(1);
    expect(renewals).toEqual(["a at 5"]);
    renewal.resolve(true);
    await done;
    expect(renewals).toEqual(["a at 5", expect.stringMatching(/^a (?:deleted|abandoned|released)$/)]);
  },
);

test("a renewal that fails is not tried again within the second", async () => {
  const { clock, hold, renewals, settle } = makeHeld(() => Promise.reject(new Error("no route")));
  hold("a");
  await settle();
  for (let moves = 0; moves < 3; moves += 1) {
    clock.moveTo(clock.nextDueMs({ withRoutine: true }) ?? Number.NaN);
    await settle();
  }
  expect(renewals).toEqual(["a at 5", "a at 6", "a at 7"]);
});

test("a message that comes again while it is held is not worked on twice, and its older copy gets the fresh receipt", async () => {
  const { held, renewals, passSeconds } = makeHeld();
  const queue = {
    name: "queue",
    renew: async ({ popReceipt }: ReceivedMessage) => renewals.push(`renewed ${popReceipt}`) > 0,
    delete: async ({ popReceipt }: ReceivedMessage) => void renewals.push(`deleted ${popReceipt}`),
  } as unknown as MessageQueue;
  const copy = (popReceipt: string) => ({ messageId: "a", popReceipt }) as ReceivedMessage;
  const first = copy("old");
  expect(held.add(first, queue)).toBe(true);
  await passSeconds(4);
  expect(held.add(copy("fresh"), queue)).toBe(false);
  expect(held.count).toBe(1);
  await passSeconds(4);
  expect(renewals).toEqual([]);
  await passSeconds(2);
  await held.delete(first);
  expect(renewals).toEqual(["renewed fresh", "deleted fresh"]);
});

test("a message that is no longer held causes no request to its queue", async () => {
  const { held, hold, renewals } = makeHeld();
  const message = hold("a");
  held.forget(message);
  await held.delete(message);
  await held.abandon(message);
  await held.release(message);
  expect(renewals).toEqual([]);
});

test("a failed release of a message is logged, not thrown", async () => {
  const { held, logged } = makeHeld();
  const message = { messageId: "a" } as ReceivedMessage;
  held.add(message, { name: "queue", delete: () => Promise.reject(new Error("no route")) } as unknown as MessageQueue);
  await held.delete(message);
  expect(logged).toMatchObject([{ level: "warn", fields: { queue: "queue", reason: "no route" } }]);
  expect(held.count).toBe(0);
});

test("nothing is renewed once it has stopped", async () => {
  const { held, hold, renewals, passSeconds } = makeHeld();
  hold("a");
  await held.stop();
  await passSeconds(20);
  expect(renewals).toEqual([]);
  expect(held.count).toBe(0);
});

test("the idle loop sleeps for a time that a system timer supports", async () => {
  const { clock, settle } = makeHeld();
  await settle();
  expect((clock.nextDueMs({ withRoutine: true }) ?? 0) - clock.now().getTime()).toBe(3_600_000);
});

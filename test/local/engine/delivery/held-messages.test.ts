import { silentLogger } from "@same-kit/shared";
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
  const held = new HeldMessages({ clock, log: silentLogger, visibilityTimeoutMs: 15_000, onAbandoned() {} });
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
  return { held, hold, renewals, passSeconds };
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

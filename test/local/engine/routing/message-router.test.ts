import { expect, test } from "vitest";
import type { HeldMessages } from "../../../../local/src/engine/messages/held-messages.ts";
import type { MessageQueue } from "../../../../local/src/engine/messages/message-queue.ts";
import { MessageRouter } from "../../../../local/src/engine/routing/message-router.ts";
import { FakeClock } from "../../../helpers/fake-clock.ts";
import { eventMessage } from "../../../helpers/outgoing-message.ts";

test("an episode of thousands of messages leaves the storage room for the leases", async () => {
  let sending = 0;
  let most = 0;
  let sent = 0;
  const send = async () => {
    sending += 1;
    most = Math.max(most, sending);
    await new Promise((resolve) => setImmediate(resolve));
    sending -= 1;
    sent += 1;
    return { data: {}, blobName: null };
  };
  const queue = { name: "hub-control-00", send } as unknown as MessageQueue;
  const router = new MessageRouter({
    controlQueues: [queue],
    workItems: queue,
    partitionOf: () => 0,
    held: {} as HeldMessages,
    clock: new FakeClock(),
    visibilityTimeoutMs: 15_000,
    takers: { ownsQueue: () => false, takeControlMessage() {}, reserveActivity: () => null, expectAt() {} },
  });
  const outgoing = (["control", "own-control", "work-items"] as const).map((route) => ({
    route,
    message: eventMessage("1"),
  }));
  await Promise.all(Array.from({ length: 100 }, () => outgoing.map((it) => router.prepare("abc", it))).flat());
  expect(sent).toBe(300);
  expect(most).toBeLessThanOrEqual(64);
});

import { type Clock, silentLogger } from "@same-kit/shared";
import { expect, onTestFinished, test } from "vitest";
import { HeldMessages } from "../../../../local/src/engine/messages/held-messages.ts";
import type { ReceivedMessage } from "../../../../local/src/engine/messages/message-data.ts";
import type { MessageQueue } from "../../../../local/src/engine/messages/message-queue.ts";
import { FakeClock } from "../../../helpers/fake-clock.ts";

const MINUTE_MS = 60_000;

/** Time stands still; `tick` ends one pause of the loop. */
function steppedClock() {
  const fake = new FakeClock();
  let wake = () => {};
  const clock: Clock = {
    now: () => fake.now(),
    nowTicks: () => fake.nowTicks(),
    async sleep(ms, signal) {
      await new Promise<void>((resolve) => {
        wake = resolve;
        signal?.addEventListener("abort", () => resolve());
      });
      fake.advance(ms);
    },
  };
  const tick = async () => {
    wake();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { clock, tick };
}

function holdOne(serviceAheadMs: number) {
  const { clock, tick } = steppedClock();
  const renewals: number[] = [];
  const held = new HeldMessages({ clock, log: silentLogger, visibilityTimeoutMs: 15_000, onAbandoned() {} });
  held.start();
  onTestFinished(() => held.stop());
  const renew = async () => {
    renewals.push(clock.now().getTime());
    return true;
  };
  const nextVisibleAt = new Date(clock.now().getTime() + 15_000 + serviceAheadMs);
  const startedAt = clock.now().getTime();
  held.add({ messageId: "m", nextVisibleAt } as ReceivedMessage, { name: "queue", renew } as unknown as MessageQueue);
  return { tick, seconds: () => renewals.map((it) => (it - startedAt) / 1000) };
}

test.each([
  ["as ours", 0],
  ["minutes ahead", 5 * MINUTE_MS],
  ["minutes behind", -5 * MINUTE_MS],
])("what is held is renewed after a third of its time, with the service's clock %s", async (_, serviceAheadMs) => {
  const { tick, seconds } = holdOne(serviceAheadMs);
  for (let i = 0; i < 10; i++) await tick();
  expect(seconds()).toEqual([5, 10]);
});

import type { Waiting } from "@same-kit/shared";
import { expect, test } from "vitest";
import { acceleratedWaits } from "../../../toolkit/src/deployment/accelerated-waits.ts";

function fakeWaiting(): Waiting & { slept: number[] } {
  let at = 0;
  const slept: number[] = [];
  return {
    slept,
    now: () => at,
    async sleep(ms) {
      slept.push(ms);
      at += ms;
    },
  };
}

test("accelerated waits are shorter and count in full", async () => {
  const real = fakeWaiting();
  const waiting = acceleratedWaits(20, real);
  await waiting.sleep(60_000);
  expect(real.slept).toEqual([3_000]);
  expect(waiting.now()).toBe(60_000);
});

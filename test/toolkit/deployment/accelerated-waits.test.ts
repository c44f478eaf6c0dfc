import { expect, test } from "vitest";
import { acceleratedWaits } from "../../../toolkit/src/deployment/accelerated-waits.ts";
import { fakeWaiting } from "../../helpers/fake-waiting.ts";

test("accelerated waits are shorter, but reported in full", async () => {
  const real = fakeWaiting();
  const waiting = acceleratedWaits(20, real);
  await waiting.sleep(60_000);
  expect(real.slept).toEqual([3_000]);
  expect(waiting.now()).toBe(60_000);
});

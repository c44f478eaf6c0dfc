import { expect, test } from "vitest";
import { Semaphore } from "../../../local/src/shared/semaphore.ts";

test("no more run at once than there are slots, in order, and a failure gives its slot back", async () => {
  const semaphore = new Semaphore(2);
  let running = 0;
  let most = 0;
  const ended: number[] = [];
  const work = async (number: number) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    ended.push(number);
    if (number === 1) throw new Error("no luck");
  };
  const results = await Promise.allSettled([0, 1, 2, 3, 4].map((number) => semaphore.run(() => work(number))));
  expect(most).toBe(2);
  expect(ended).toEqual([0, 1, 2, 3, 4]);
  expect(results.filter((it) => it.status === "rejected")).toHaveLength(1);
});

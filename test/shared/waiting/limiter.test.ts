import { expect, test } from "vitest";
import { Limiter } from "../../../shared/src/waiting/limiter.ts";

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

test("at most as much work as the limit runs at once, and the rest runs in order", async () => {
  const limiter = new Limiter(2);
  let running = 0;
  let most = 0;
  const ended: number[] = [];
  const work = async (number: number) => {
    running += 1;
    most = Math.max(most, running);
    await nextTurn();
    running -= 1;
    ended.push(number);
  };
  await Promise.all([0, 1, 2, 3, 4].map((number) => limiter.run(() => work(number))));
  expect(most).toBe(2);
  expect(ended).toEqual([0, 1, 2, 3, 4]);
});

test("failed work frees its slot", async () => {
  const limiter = new Limiter(1);
  await expect(limiter.run(() => Promise.reject(new Error("no luck")))).rejects.toThrow("no luck");
  expect(await limiter.run(async () => "free")).toBe("free");
});

test("outstanding work includes running and waiting work", async () => {
  const limiter = new Limiter(1);
  const gate = Promise.withResolvers<void>();
  const all = [1, 2, 3].map(() => limiter.run(() => gate.promise));
  expect(limiter.outstanding).toBe(3);
  gate.resolve();
  await Promise.all(all);
  expect(limiter.outstanding).toBe(0);
});

test("after the limit is raised, waiting work starts when the next slot is free", async () => {
  const limiter = new Limiter(1);
  const first = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const started: number[] = [];
  const running = limiter.run(() => first.promise);
  const waiting = [2, 3].map((number) =>
    limiter.run(async () => {
      started.push(number);
      await gate.promise;
    }),
  );
  limiter.limit = 2;
  first.resolve();
  await running;
  await nextTurn();
  expect(started).toEqual([2, 3]);
  gate.resolve();
  await Promise.all(waiting);
});

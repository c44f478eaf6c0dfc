import { expect, test } from "vitest";
import { Throttle } from "../../../../local/src/host/http/throttle.ts";

test("only so many run at once; the next starts when one ends", async () => {
  const throttle = new Throttle(1, -1);
  const first = Promise.withResolvers<void>();
  const events: string[] = [];
  const running = throttle.run(async () => {
    await first.promise;
    events.push("first ends");
  });
  const waiting = throttle.run(async () => events.push("second runs"));
  first.resolve();
  await Promise.all([running, waiting]);
  expect(events).toEqual(["first ends", "second runs"]);
});

test("what would exceed the outstanding requests is not run", async () => {
  const throttle = new Throttle(1, 2);
  const gate = Promise.withResolvers<void>();
  const results = [1, 2, 3].map((n) => throttle.run(async () => gate.promise.then(() => n)));
  gate.resolve();
  expect(await Promise.all(results)).toEqual([1, 2, undefined]);
  expect(await throttle.run(async () => 4)).toBe(4);
});

test("an action that throws gives its place back", async () => {
  const throttle = new Throttle(1, 1);
  await expect(throttle.run(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await throttle.run(async () => "free")).toBe("free");
});

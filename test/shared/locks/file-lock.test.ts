import { readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { tryFileLock, withFileLock } from "../../../shared/src/locks/file-lock.ts";
import { identifyThisProcess } from "../../../shared/src/processes/process-identity.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

test("holders run one after another", async () => {
  const file = path.join(await makeTempDir(), "lock");
  const order: string[] = [];
  const firstMayEnd = Promise.withResolvers<void>();
  const first = withFileLock(file, async () => {
    order.push("first begins");
    await firstMayEnd.promise;
    order.push("first ends");
  });
  const second = withFileLock(file, async () => order.push("second"));
  firstMayEnd.resolve();
  await Promise.all([first, second]);
  expect(order.join()).toMatch(/first begins,first ends/);
  expect(order).toHaveLength(3);
});

test("concurrent holders never hold the lock at the same time", async () => {
  const file = path.join(await makeTempDir(), "lock");
  let holders = 0;
  let most = 0;
  const hold = () =>
    withFileLock(file, async () => {
      most = Math.max(most, ++holders);
      await new Promise((resolve) => setImmediate(resolve));
      holders--;
    });
  await Promise.all(Array.from({ length: 8 }, hold));
  expect(most).toBe(1);
});

test("a lock whose holder died is taken over by one of the waiting processes", async () => {
  const file = path.join(await makeTempDir(), "lock");
  await writeFile(file, JSON.stringify({ pid: process.pid, startMark: "an earlier process" }));
  const results = await Promise.all([1, 2, 3].map((it) => withFileLock(file, async () => it)));
  expect(results).toEqual([1, 2, 3]);
});

test("the lock is released if the action fails", async () => {
  const file = path.join(await makeTempDir(), "lock");
  const failing = withFileLock(file, () => Promise.reject(new Error("no")));
  await expect(failing).rejects.toThrow("no");
  await expect(withFileLock(file, async () => "again")).resolves.toBe("again");
});

test.each(["", '{"pid":', "{}"])(
  "a lock that a power failure left with the content %j is taken over",
  async (content) => {
    const file = path.join(await makeTempDir(), "lock");
    await writeFile(file, content);
    expect(await withFileLock(file, async () => "taken")).toBe("taken");
  },
);

test("a lock is tried without waiting, and is free after its release", async () => {
  const dir = await makeTempDir();
  const file = path.join(dir, "lock");
  const first = await tryFileLock(file);
  expect(await tryFileLock(file)).toBeUndefined();
  await first?.release();
  const second = await tryFileLock(file);
  expect(second).toBeDefined();
  await second?.release();
  expect(await readdir(dir)).toEqual([]);
});

test("the error for a lock held by another process includes the holder", async () => {
  const file = path.join(await makeTempDir(), "lock");
  await writeFile(file, JSON.stringify(identifyThisProcess()));
  const waiting = withFileLock(file, async () => {}, { timeoutMs: 60 });
  await expect(waiting).rejects.toMatchObject({
    code: "ERR_STATE_LOCKED",
    message: expect.stringContaining(`process ${process.pid}`),
  });
});

import { readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { claim, isClaimed } from "../../../shared/src/locks/claims.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

test("a resource is claimed until its last user releases it", async () => {
  const dir = path.join(await makeTempDir(), "users");
  expect(await isClaimed(dir)).toBe(false);
  const first = await claim(dir);
  const second = await claim(dir);
  await first.release();
  expect(await isClaimed(dir)).toBe(true);
  await second.release();
  expect(await isClaimed(dir)).toBe(false);
});

test("the claim of a dead process does not count, and is removed", async () => {
  const dir = await makeTempDir();
  await writeFile(path.join(dir, "dead.json"), JSON.stringify({ pid: process.pid, startMark: "an earlier process" }));
  expect(await isClaimed(dir)).toBe(false);
  expect(await readdir(dir)).toEqual([]);
});

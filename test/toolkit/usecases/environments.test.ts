import { mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { tryFileLock } from "@same-kit/shared";
import { expect, test } from "vitest";
import { environmentsIn } from "../../../toolkit/src/adapters/machine/environments.ts";
import { pruneEnvironments } from "../../../toolkit/src/usecases/environments.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const NOW = Date.parse("2026-06-30T00:00:00Z");

/** Environments as created by builds, by key, each last used this many days ago. */
async function environments(usedDaysAgo: Record<string, number>, python: string = process.execPath): Promise<string> {
  const folder = await makeTempDir();
  for (const [key, days] of Object.entries(usedDaysAgo)) {
    const at = path.join(folder, key);
    await mkdir(at);
    const lock = { installer: "pip 25.0", packages: ["numpy==2.1.0"] };
    const current = { folder: "env-1", python, version: "3.12.1", lock, madeAt: "2026-01-01T00:00:00Z" };
    await writeFile(path.join(at, "current.json"), JSON.stringify(current));
    const used = new Date(NOW - days * 86_400_000);
    await utimes(path.join(at, "current.json"), used, used);
  }
  return folder;
}

test("environments are listed with their contents, last used first", async () => {
  const folder = await environments({ aaaaaaaaaaaaaaaa: 3, bbbbbbbbbbbbbbbb: 1 });
  const listed = await environmentsIn(folder).list();
  expect(listed.map(({ name }) => name)).toEqual(["requirements:bbbbbbbbbbbb", "requirements:aaaaaaaaaaaa"]);
  expect(listed[0]).toMatchObject({
    python: "3.12.1",
    isUsable: true,
    installer: "pip 25.0",
    packages: ["numpy==2.1.0"],
    usedAt: "2026-06-29T00:00:00.000Z",
  });
});

test("without environments the list is empty", async () => {
  expect(await environmentsIn("/no/such/folder").list()).toEqual([]);
});

test("environments that were not used for a long time are removed", async () => {
  const folder = await environments({ old: 31, recent: 29 });
  const { removed, kept, freedBytes } = await pruneEnvironments({
    environments: environmentsIn(folder),
    unusedDays: 30,
    now: NOW,
  });
  expect([removed.length, kept, await readdir(folder)]).toEqual([1, 1, ["recent"]]);
  expect(freedBytes).toBeGreaterThan(0);
});

test("environments without an interpreter, and remains of a killed build, are removed immediately", async () => {
  const folder = await environments({ gone: 0 }, "/no/such/python");
  await mkdir(path.join(folder, "half", "env-1"), { recursive: true });
  expect(await pruneEnvironments({ environments: environmentsIn(folder), unusedDays: 30, now: NOW })).toMatchObject({
    kept: 0,
  });
  expect(await readdir(folder)).toEqual([]);
});

test("an environment that is being built is kept", async () => {
  const folder = await environments({ old: 31 });
  const lock = await tryFileLock(path.join(folder, "old", "build.lock"));
  expect(await pruneEnvironments({ environments: environmentsIn(folder), unusedDays: 0, now: NOW })).toMatchObject({
    removed: [],
    kept: 1,
  });
  await lock?.release();
});

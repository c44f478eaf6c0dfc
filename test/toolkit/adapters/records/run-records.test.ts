import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { RunRecords } from "../../../../toolkit/src/adapters/records/run-records.ts";
import { runRecord } from "../../../helpers/run-record.ts";
import { makeTempDir } from "../../../helpers/temp-dir.ts";

const REQUEST = { steps: [] };

test("a run is stored with its request, in a folder ignored by git", async () => {
  const dir = await makeTempDir();
  const records = new RunRecords(dir);
  const { record } = await records.create(runRecord({ id: "one" }), REQUEST);
  const found = await records.find("one");
  expect(found?.record).toEqual(record);
  expect(await found?.readRequest()).toEqual(REQUEST);
  expect(found?.stateDir).toBe(dir);
  expect(await readFile(path.join(dir, ".gitignore"), "utf8")).toContain("*");
});

test("an update is visible to the next reader, and leaves no temporary file", async () => {
  const records = new RunRecords(await makeTempDir());
  const run = await records.create(runRecord({ id: "one" }), REQUEST);
  await run.update({ state: "completed", endedAt: "2026-01-01T00:00:01.000Z" });
  await run.saveSession(new Uint8Array([1, 2]));
  expect((await records.find("one"))?.record.state).toBe("completed");
  expect((await readdir(run.dir)).sort()).toEqual(["request.json", "session.dill", "status.json"]);
});

test("runs are listed oldest first, and invalid and newer records are skipped", async () => {
  const dir = await makeTempDir();
  const records = new RunRecords(dir);
  await records.create(runRecord({ id: "b", startedAt: "2026-01-02T00:00:00.000Z" }), REQUEST);
  await records.create(runRecord({ id: "a", startedAt: "2026-01-01T00:00:00.000Z" }), REQUEST);
  for (const [name, content] of Object.entries({ broken: "{", newer: '{"formatVersion":2}' })) {
    await mkdir(path.join(dir, "runs", name));
    await writeFile(path.join(dir, "runs", name, "status.json"), content);
  }
  expect((await records.list()).map(({ record }) => record.id)).toEqual(["a", "b"]);
});

test.each(["../runs/one", "gone", ".."])("%j is not a run", async (id) => {
  const records = new RunRecords(await makeTempDir());
  await records.create(runRecord({ id: "one" }), REQUEST);
  expect(await records.find(id)).toBeNull();
});

test("removing a run returns the freed size", async () => {
  const records = new RunRecords(await makeTempDir());
  const run = await records.create(runRecord({ id: "one" }), REQUEST);
  await run.saveSession(new Uint8Array(1000));
  expect(await records.remove(run)).toBeGreaterThan(1000);
  expect(await records.list()).toEqual([]);
});

import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { RunRecords, type RunState } from "../../../toolkit/src/adapters/records/run-records.ts";
import { localClean } from "../../../toolkit/src/usecases/local-clean.ts";
import { FakeEmulator, runningHost } from "../../helpers/fake-emulator.ts";
import { runRecord } from "../../helpers/run-record.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

async function stateWith(...states: RunState[]) {
  const stateDir = await makeTempDir();
  const records = new RunRecords(stateDir);
  for (const state of states) await records.create(runRecord({ id: state, state }), { steps: [] });
  const data = path.join(stateDir, "azurite", "data.bin");
  await mkdir(path.dirname(data), { recursive: true });
  await writeFile(data, "x".repeat(5000));
  const left = async () => ({ runs: (await records.list()).map(({ record }) => record.id), hasData: existsSync(data) });
  return { stateDir, left };
}

test("ended runs are removed, and with the last one the storage data", async () => {
  const { stateDir, left } = await stateWith("completed", "failed", "terminated");
  const result = await localClean(stateDir, false, new FakeEmulator());
  expect(result).toMatchObject({ runs: 3, keptRuns: 0, removedStorage: true });
  expect(result.freedBytes).toBeGreaterThan(5000);
  expect(await left()).toEqual({ runs: [], hasData: false });
});

test("an unfinished run is kept with its data", async () => {
  const { stateDir, left } = await stateWith("completed", "suspended");
  expect(await localClean(stateDir, false, new FakeEmulator())).toMatchObject({
    runs: 1,
    keptRuns: 1,
    removedStorage: false,
  });
  expect(await left()).toEqual({ runs: ["suspended"], hasData: true });
});

test("unfinished runs are removed on request", async () => {
  const { stateDir, left } = await stateWith("lost", "running");
  await localClean(stateDir, true, new FakeEmulator());
  expect(await left()).toEqual({ runs: [], hasData: false });
});

test("nothing is removed while a host runs", async () => {
  const { stateDir, left } = await stateWith("completed");
  const emulator = new FakeEmulator();
  emulator.hosts.set(stateDir, [runningHost()]);
  await expect(localClean(stateDir, true, emulator)).rejects.toMatchObject({ code: "ERR_HOST_RUNNING" });
  expect(await left()).toEqual({ runs: ["completed"], hasData: true });
});

test("spans of traced apps are removed, even while a run keeps the storage", async () => {
  const { stateDir } = await stateWith("suspended");
  const file = path.join(stateDir, "traces", "spans.jsonl");
  await mkdir(path.dirname(file));
  await writeFile(file, "{}");
  await localClean(stateDir, false, new FakeEmulator());
  expect(existsSync(file)).toBe(false);
});

import type { InstanceStatus } from "@same-kit/local";
import { expect, test } from "vitest";
import { type RunRecord, RunRecords } from "../../../../toolkit/src/adapters/records/run-records.ts";
import { requireUnfinished, suspendOlderRuns } from "../../../../toolkit/src/usecases/run/unfinished-runs.ts";
import { bootedHost, FakeEmulator, runningHost } from "../../../helpers/fake-emulator.ts";
import { runRecord } from "../../../helpers/run-record.ts";
import { makeTempDir } from "../../../helpers/temp-dir.ts";

/** One record, and a hub that answers `runtimeStatus` for every instance. */
async function suspendWith(record: Partial<RunRecord>, runtimeStatus: string | null, { isAlive = false } = {}) {
  const stateDir = await makeTempDir();
  const records = new RunRecords(stateDir);
  await records.create(runRecord({ id: "old", ...record }), { steps: [] });
  const emulator = new FakeEmulator();
  if (isAlive) emulator.hosts.set(stateDir, [runningHost({ process: { pid: 42 } })]);
  const suspended: string[] = [];
  const booted = bootedHost({
    getStatus: async () => (runtimeStatus === null ? null : ({ runtimeStatus } as InstanceStatus)),
    suspend: async (id) => void suspended.push(id),
  });
  const texts = await suspendOlderRuns(records, booted, emulator);
  return { texts, suspended, state: (await records.find("old"))?.record.state, stateDir };
}

test("a run whose host is gone is suspended, with the commands to continue or discard it", async () => {
  const { texts, suspended, state, stateDir } = await suspendWith({}, "Running");
  expect({ suspended, state }).toEqual({ suspended: ["old"], state: "suspended" });
  expect(texts[0]).toContainEqual({ command: "local resume", args: ["old"], stateDir });
  expect(texts[0]).toContainEqual({ command: "local discard", args: ["old"], stateDir });
});

test.each([
  ["Completed", "completed"],
  ["Failed", "failed"],
  ["Terminated", "terminated"],
  [null, "lost"],
])("a run that is %s in the hub becomes %s, and is not changed there", async (runtimeStatus, expected) => {
  const { suspended, state, texts } = await suspendWith({}, runtimeStatus);
  expect({ suspended, state }).toEqual({ suspended: [], state: expected });
  expect(texts).toHaveLength(1);
});

test.each([
  ["its host is alive", {}, { isAlive: true }],
  ["it belongs to another hub", { hubName: "other" }, {}],
  ["it uses another storage", { storage: "memory" }, {}],
  ["it has ended", { state: "completed" as const }, {}],
])("a run is left alone when %s", async (_title, record: Partial<RunRecord>, options) => {
  const { texts, suspended, state } = await suspendWith(record, "Running", options);
  expect({ texts, suspended, state }).toEqual({ texts: [], suspended: [], state: record.state ?? "running" });
});

test.each([
  ["gone", "There is no record"],
  ["done", "is completed; there is nothing to continue"],
])("a run that is %s cannot be continued", async (id, text) => {
  const records = new RunRecords(await makeTempDir());
  await records.create(runRecord({ id: "done", state: "completed" }), { steps: [] });
  await expect(requireUnfinished(records, id)).rejects.toMatchObject({
    code: "ERR_RUN_UNKNOWN",
    message: expect.stringContaining(text),
  });
});

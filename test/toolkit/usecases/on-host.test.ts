import { expect, test } from "vitest";
import { RunRecords } from "../../../toolkit/src/adapters/records/run-records.ts";
import type { BootedHost } from "../../../toolkit/src/ports.ts";
import { onHost } from "../../../toolkit/src/usecases/on-host.ts";
import type { RunSummary } from "../../../toolkit/src/usecases/run-summary.ts";
import { bootedHost, FakeEmulator } from "../../helpers/fake-emulator.ts";
import { recordingView } from "../../helpers/recording-view.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

/** What becomes of the host that was booted for a run with this outcome. */
async function endOfHost(work: () => Promise<RunSummary>): Promise<string[]> {
  const calls: string[] = [];
  const emulator = new FakeEmulator();
  emulator.boot = async (): Promise<BootedHost> => ({
    ...bootedHost({}),
    stop: async () => void calls.push("stop"),
    abandon: async () => void calls.push("abandon"),
  });
  const cwd = await makeTempDir();
  const { signal } = new AbortController();
  const deps = { cwd, env: {}, emulator, fetch, view: recordingView(), warn: () => {}, signal, leaveNow: signal };
  const choice = { keep: false, port: null, storage: null, python: null };
  await onHost({ records: new RunRecords(cwd), choice }, deps, work).catch(() => {});
  return calls;
}

test.each([
  ["completed", "stop"],
  ["failed", "stop"],
  ["interrupted", "abandon"],
  ["timed-out", "abandon"],
] as const)("after a run that is %s its host is left with %s", async (status, end) => {
  expect(await endOfHost(async () => ({ status }) as RunSummary)).toEqual([end]);
});

test("nobody waits for the work of a host that failed", async () => {
  expect(await endOfHost(() => Promise.reject(new Error("The storage is gone.")))).toEqual(["abandon"]);
});

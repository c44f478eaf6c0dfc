import { expect, test } from "vitest";
import type { RunFolder } from "../../../toolkit/src/adapters/records/run-records.ts";
import { localStatus } from "../../../toolkit/src/usecases/local-status.ts";
import { FakeEmulator, runningHost } from "../../helpers/fake-emulator.ts";
import { runRecord } from "../../helpers/run-record.ts";

const records = { stateDir: "/state", list: async () => [] };

test("the storage key is shown only on request", async () => {
  const emulator = new FakeEmulator();
  emulator.hosts.set("/state", [{ ...runningHost(), port: 7071 }]);
  expect(JSON.stringify(await localStatus(records, emulator))).not.toContain("AccountKey");
  const shown = await localStatus(records, emulator, { showsKey: true });
  expect(shown.hosts).toMatchObject([{ port: 7071, connectionString: "AccountKey=of-7071" }]);
});

test("a run whose process is gone is abandoned on a local host, but not on another app", async () => {
  const record = { ...runRecord({ id: "here" }), state: "running", hostPid: 999_999_999 } as const;
  const folders = [record, { ...record, id: "there", appUrl: "https://app.test" }].map(
    (it) => ({ record: it }) as RunFolder,
  );
  const { runs } = await localStatus({ ...records, list: async () => folders }, new FakeEmulator());
  expect(runs.map(({ id, state }) => `${id} ${state}`)).toEqual(["here abandoned", "there running"]);
});

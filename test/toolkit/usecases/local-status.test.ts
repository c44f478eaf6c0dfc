import { expect, test } from "vitest";
import { localStatus } from "../../../toolkit/src/usecases/local-status.ts";
import { FakeEmulator, runningHost } from "../../helpers/fake-emulator.ts";

const records = { stateDir: "/state", list: async () => [] };

test("a storage's key is shown only where it is asked for", async () => {
  const emulator = new FakeEmulator();
  emulator.hosts.set("/state", [{ ...runningHost(), port: 7071 }]);
  expect(JSON.stringify(await localStatus(records, emulator))).not.toContain("AccountKey");
  const shown = await localStatus(records, emulator, { showsKey: true });
  expect(shown.hosts).toMatchObject([{ port: 7071, connectionString: "AccountKey=of-7071" }]);
});

import { describe, expect, test } from "vitest";
import type { RunRecord } from "../../../toolkit/src/adapters/records/run-records.ts";
import type { RunningHost } from "../../../toolkit/src/ports.ts";
import { findLocalPage } from "../../../toolkit/src/usecases/inspect.ts";

const host = (url: string, hubName: string) => ({ url, hubName }) as RunningHost;
const run = (hubName: string | null, storage: string) => ({ hubName, storage }) as RunRecord;

function find(hubName: string | null, hosts: RunningHost[], runs: RunRecord[] = []) {
  return findLocalPage("/state", hubName, { emulator: { listHosts: async () => hosts }, listRuns: async () => runs });
}

describe("the inspector that is opened", () => {
  test("belongs to the running host", async () => {
    const page = await find(null, [host("http://localhost:7071", "A")]);
    expect(page).toEqual({ url: "http://localhost:7071/runtime/webhooks/inspector/" });
  });

  test("belongs to the host with the given hub", async () => {
    const hosts = [host("http://localhost:7071", "A"), host("http://localhost:7072", "B")];
    expect(await find("B", hosts)).toEqual({ url: "http://localhost:7072/runtime/webhooks/inspector/" });
  });

  test("shows the hub that the latest run left on disk if there is no host", async () => {
    const page = await find(
      null,
      [],
      [run("Old", "disk"), run("Latest", "disk"), run("Gone", "memory"), run(null, "disk")],
    );
    expect(page).toEqual({ place: { kind: "storage", storage: { kind: "disk" }, hubName: "Latest" } });
  });

  test("shows a given hub without a host", async () => {
    const page = await find("C", [host("http://localhost:7071", "A")]);
    expect(page).toEqual({ place: { kind: "storage", storage: { kind: "disk" }, hubName: "C" } });
  });

  test("does not exist without a host and a run", async () => {
    await expect(find(null, [], [run("Gone", "memory")])).rejects.toMatchObject({ code: "ERR_NO_HOST" });
  });
});

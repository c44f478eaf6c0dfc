import { createHash } from "node:crypto";
import { readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { RunStatus } from "../../../../toolkit/src/adapters/app/run-status.ts";
import { RunRecords } from "../../../../toolkit/src/adapters/records/run-records.ts";
import { finishRun } from "../../../../toolkit/src/usecases/run/run-result.ts";
import type { RunningRun } from "../../../../toolkit/src/usecases/run/run-state.ts";
import { runRecord } from "../../../helpers/run-record.ts";
import { makeTempDir } from "../../../helpers/temp-dir.ts";

const PARTS = [new Uint8Array([1, 2]), new Uint8Array([3])];
const SHA256 = createHash("sha256").update(Buffer.concat(PARTS)).digest("hex");
const BLOB = { blob: "one/session-x", container: "hub-largemessages" };

/** A run whose session is stored in a blob of `PARTS`. */
async function completedRun(sha256 = SHA256, savesLargeSession = true) {
  const folder = await new RunRecords(await makeTempDir()).create(runRecord({ id: "one" }), { steps: [] });
  const observer = {
    readBlob: async function* () {
      yield* PARTS;
    },
  };
  const host = { url: "http://localhost:1", hubName: "hub", stateDir: "/of/host", booted: null, observer };
  const run = { folder, host, steps: [], warnings: [], savesLargeSession } as unknown as RunningRun;
  const session_context_blob = { container: BLOB.container, name: BLOB.blob, sizeBytes: 3, sha256 };
  const python = { version: "3.12.1", implementation: "CPython", dill: "0.4.1" };
  const output = { session_context: "", session_context_blob, steps: [], variables: [], python };
  const status = { instanceId: "one", runtimeStatus: "Completed", output } as unknown as RunStatus;
  return { folder, finish: () => finishRun(run, { kind: "ended", status }) };
}

test("a session stored in a blob is saved next to the record", async () => {
  const { folder, finish } = await completedRun();
  const file = path.join(folder.dir, "session.dill");
  expect(await finish()).toMatchObject({ session: { file }, warnings: [] });
  expect([...(await readFile(file))]).toEqual([1, 2, 3]);
});

test("a session that differs from what the run stored is not kept", async () => {
  const { folder, finish } = await completedRun("0000");
  const { session, warnings, status } = await finish();
  expect({ session, status }).toEqual({ session: BLOB, status: "completed" });
  expect(warnings).toEqual([expect.stringMatching(/^The session \(3 B\) could not be saved .* instead of 0000\.$/)]);
  expect((await readdir(folder.dir)).sort()).toEqual(["request.json", "status.json", "summary.json"]);
});

test("an unwanted session is not downloaded", async () => {
  const { finish } = await completedRun(SHA256, false);
  expect(await finish()).toMatchObject({ session: BLOB, warnings: [] });
});

test("the result is reported even if its record is missing", async () => {
  const { folder, finish } = await completedRun(SHA256, false);
  await rm(folder.dir, { recursive: true });
  const { status, warnings } = await finish();
  expect(status).toBe("completed");
  expect(warnings).toEqual([expect.stringContaining(`The record could not be saved in ${folder.dir}: ENOENT`)]);
});

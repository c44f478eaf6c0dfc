import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import type { SessionDescription } from "@same-kit/functions-app/contract";
import { instanceFilesOf } from "@same-kit/local";
import { expect, test } from "vitest";
import type { RunResult } from "../../../../toolkit/src/adapters/app/run-status.ts";
import { RunRecords } from "../../../../toolkit/src/adapters/records/run-records.ts";
import type { RunningRun } from "../../../../toolkit/src/usecases/run/run-state.ts";
import { saveSession } from "../../../../toolkit/src/usecases/run/save-session.ts";
import { runRecord } from "../../../helpers/run-record.ts";
import { makeTempDir } from "../../../helpers/temp-dir.ts";

const hashOf = (content: Uint8Array) => createHash("sha256").update(content).digest("hex");
const PART = Buffer.from("memory of an array");

/** A run that completed with a session in parts; `blobs` are served by its app. */
async function completedRun({ isRemote = false } = {}) {
  const stateDir = await makeTempDir();
  const folder = await new RunRecords(stateDir).create(runRecord({ id: "one" }), { steps: [] });
  const appDir = path.join(await makeTempDir(), "app");
  await mkdir(path.join(appDir, "python", "same_runner", "handover"), { recursive: true });
  await writeFile(path.join(appDir, "python", "load_session.py"), "");
  await writeFile(path.join(appDir, "python", "same_runner", "handover", "reading.py"), "");
  const part = { sha256: hashOf(PART), sizeBytes: PART.length };
  const rest = { sizeBytes: 1, contentSha256: "", writtenAtMs: 0 };
  const description: SessionDescription = { formatVersion: 1, pickle: { base64: "" }, parts: [part], ...rest };
  const json = Buffer.from(JSON.stringify(description));
  const blobs = new Map([["parts-x.json", json]]);
  const client = {
    readBlob: async function* (_id: string, name: string) {
      const content = blobs.get(name);
      if (content === undefined) throw new Error(`there is no ${name}`);
      yield content;
    },
  };
  const host = { client, stateDir, hubName: "Hub", ...(isRemote && { isRemote }) };
  const deps = { emulator: { ownAppDir: appDir }, leaveNow: new AbortController().signal };
  const run = { folder, host, deps, savesLargeSession: true } as unknown as RunningRun;
  const session_context_parts = { container: "c", name: "one/parts-x.json", sizeBytes: 1, sha256: hashOf(json) };
  const result = { session_context: "", session_context_parts } as unknown as RunResult;
  return { run, result, blobs, part, stateDir, target: path.join(folder.dir, "session") };
}

test("on the app's machine a part is hard-linked, and the folder contains a loader", async () => {
  const { run, result, part, stateDir, target } = await completedRun();
  const near = instanceFilesOf(stateDir, "Hub", "one");
  await mkdir(near, { recursive: true });
  await writeFile(path.join(near, part.sha256), PART);
  expect(await saveSession(result, run)).toEqual({
    session: { file: path.join(target, "session.json") },
    warnings: [],
  });
  const [from, to] = await Promise.all([near, target].map((folder) => stat(path.join(folder, part.sha256))));
  expect(to?.ino).toBe(from?.ino);
  expect((await readdir(target)).sort()).toEqual([part.sha256, "handover", "load_session.py", "session.json"].sort());
});

test("on another machine a part is downloaded, and must match its hash", async () => {
  const { run, result, blobs, part, target } = await completedRun({ isRemote: true });
  blobs.set(`part-${part.sha256}.bin`, PART);
  expect((await saveSession(result, run)).warnings).toEqual([]);
  expect(await readFile(path.join(target, part.sha256))).toEqual(PART);

  const other = await completedRun({ isRemote: true });
  other.blobs.set(`part-${part.sha256}.bin`, Buffer.from("else"));
  const saved = await saveSession(other.result, other.run);
  expect(saved.session).toEqual({ blob: "one/parts-x.json", container: "c" });
  expect(saved.warnings[0]).toMatch(/could not be saved beside the record: its SHA-256 is /);
});

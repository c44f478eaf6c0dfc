import { createHash } from "node:crypto";
import { HttpRequest } from "@azure/functions";
import { expect, test } from "vitest";
import type { ExecutorResult } from "../../../functions-app/src/contract/executor-call.ts";
import type { FileManifest, RunFile } from "../../../functions-app/src/contract/run-files.ts";
import { findKept } from "../../../functions-app/src/functions/continue-run.ts";
import type { RunHistory } from "../../../functions-app/src/functions/run-history.ts";
import { SessionParts } from "../../../functions-app/src/steps/session-parts.ts";
import { writeManifest } from "../../../functions-app/src/steps/stored-manifest.ts";
import { MemoryBlobs } from "../../helpers/memory-blobs.ts";
import { stepRecord } from "../../helpers/step-record.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const python = { version: "3.12.1", implementation: "CPython", dill: "0.4.1" };
const steps = ["a", "b", "c"].map((name) => ({ name, code: "", sources: { "same.yaml": "" } }));

/** Steps `a` and `b` completed, with a session, details and a file each; `c` failed. */
async function failedRun(blobs: MemoryBlobs): Promise<RunHistory> {
  const results = ["a", "b"].map(async (name): Promise<ExecutorResult> => {
    const sha256 = name.repeat(64);
    await blobs.saveFile("old", sha256, Buffer.from(`file of ${name}`));
    const asset = await blobs.save("old", "asset", Buffer.from("library"));
    const details = { formatVersion: 1, cells: [], assets: { "plotly.min.js": asset } };
    const manifest: FileManifest = {
      formatVersion: 1,
      files: [{ kind: "file", path: name, sha256, sizeBytes: 1, modifiedMs: 0 }],
    };
    const save = (kind: string, content: string) => blobs.save("old", kind, Buffer.from(content));
    const record = {
      ...stepRecord(name),
      details: await save("details", JSON.stringify(details)),
      files: await save("files", JSON.stringify(manifest)),
    };
    return { kind: "completed", record, python, session: await save("session", `session of ${name}`) };
  });
  const failed: ExecutorResult = { kind: "failed", failure: { type: "E", message: "", traceback: "" } };
  return { runtimeStatus: "Failed", results: [...(await Promise.all(results)), failed] };
}

async function ask(count: string, history?: RunHistory, blobs = new MemoryBlobs(), runId = "new") {
  const url = "https://app.example/api/runs/old/continue";
  const headers = { "x-same-kept-steps": count };
  const request = new HttpRequest({ method: "POST", url, params: { id: "old" }, headers });
  const sessions = new SessionParts({ root: await makeTempDir(), isLasting: true, blobs });
  return findKept(
    request,
    async () => history,
    () => sessions,
  )(runId, { steps }, blobs as never);
}

test("everything that the kept steps stored is copied under the new run's prefix", async () => {
  const blobs = new MemoryBlobs();
  const found = await ask("2", await failedRun(blobs), blobs);
  const { kept, files } = found as Extract<typeof found, { kept?: unknown }>;
  expect(kept?.records.map(({ name, keptFrom }) => [name, keptFrom])).toEqual([
    ["a", "old"],
    ["b", "old"],
  ]);
  expect(JSON.stringify(found)).not.toContain('"old/');
  for (const name of [...blobs.contents.keys()]) if (name.startsWith("old/")) blobs.contents.delete(name);
  const load = async (reference: unknown) => (await blobs.load("new", reference as never)).toString("utf8");
  expect(await load(kept?.session?.blob)).toBe("session of b");
  expect(await load(files)).toContain('"path":"b"');
  expect(await load(kept?.records[0]?.details)).toContain("plotly.min.js");
  const names = [...blobs.contents.keys()].map((name) => name.replace(/-.*/, "")).sort();
  expect(names).toEqual(["new/asset", "new/details", "new/file", "new/file", "new/files", "new/files", "new/session"]);
});

test("small contents in a manifest are copied with it", async () => {
  const blobs = new MemoryBlobs();
  const { runtimeStatus, results } = await failedRun(blobs);
  const [a, b] = results as [Extract<ExecutorResult, { kind: "completed" }>, ExecutorResult];
  const sha256 = createHash("sha256").update("S").digest("hex");
  const files: RunFile[] = [
    { kind: "file", path: "sent", sha256, sizeBytes: 1, modifiedMs: 0 },
    { kind: "file", path: "a", sha256: "a".repeat(64), sizeBytes: 1, modifiedMs: 0, step: "a" },
  ];
  const manifest = writeManifest({ files, inline: new Map([[sha256, Buffer.from("S")]]) });
  const record = { ...a.record, files: await blobs.save("old", "files", manifest) };
  const found = await ask("1", { runtimeStatus, results: [{ ...a, record }, b] }, blobs);
  const { kept } = found as Extract<typeof found, { kept?: unknown }>;
  expect(await blobs.load("new", kept?.files as never)).toEqual(manifest);
  expect([...(await blobs.listFiles("new"))]).toEqual(["a".repeat(64)]);
});

test("steps that a run kept itself are attributed to the run that executed them", async () => {
  const blobs = new MemoryBlobs();
  const { results, runtimeStatus } = await failedRun(blobs);
  const [a, ...rest] = results as [Extract<ExecutorResult, { kind: "completed" }>, ...ExecutorResult[]];
  const kept = { records: [{ ...a.record, keptFrom: "older" }], session: { blob: a.session as never, python } };
  const history = { runtimeStatus, results: rest, kept };
  const of = async (count: string) => {
    const found = (await ask(count, history, blobs)) as { kept: { records: { keptFrom: string }[] } };
    return found.kept.records.map(({ keptFrom }) => keptFrom);
  };
  expect([await of("1"), await of("2")]).toEqual([["older"], ["older", "old"]]);
});

test.each([
  ["0", 400, "must be a number from 1 to 2"],
  ["3", 400, "must be a number from 1 to 2"],
  ["x", 400, "must be a number from 1 to 2"],
])("keeping %s steps of a run with two completed steps is rejected", async (count, status, detail) => {
  const blobs = new MemoryBlobs();
  const answer = await ask(count, await failedRun(blobs), blobs);
  expect(answer).toMatchObject({ problem: { status, detail: expect.stringContaining(detail) } });
});

test("a run that does not exist, is still running, or would continue itself is rejected", async () => {
  const blobs = new MemoryBlobs();
  const history = await failedRun(blobs);
  expect(await ask("1")).toMatchObject({ problem: { status: 404 } });
  expect(await ask("1", { ...history, runtimeStatus: "Running" })).toMatchObject({ problem: { status: 409 } });
  expect(await ask("1", history, blobs, "old")).toMatchObject({ problem: { status: 400 } });
});

test("steps with other names are rejected before anything is copied", async () => {
  const blobs = new MemoryBlobs();
  const { results, runtimeStatus } = await failedRun(blobs);
  const other = { runtimeStatus, results: results.toReversed().slice(1) };
  expect(await ask("1", other, blobs)).toMatchObject({
    problem: { status: 400, detail: "x-same-kept-steps keeps steps[0], which is called b in old." },
  });
  expect([...blobs.contents.keys()].filter((name) => name.startsWith("new/"))).toEqual([]);
});

test("a step whose session was removed to free disk space cannot be kept", async () => {
  const blobs = new MemoryBlobs();
  const { results, runtimeStatus } = await failedRun(blobs);
  const part = { sha256: "a".repeat(64), sizeBytes: 5 };
  const rest = { sizeBytes: 5, contentSha256: "", writtenAtMs: 0 };
  const description = JSON.stringify({ formatVersion: 1, pickle: { base64: "" }, parts: [part], ...rest });
  const session = await blobs.save("old", "parts", Buffer.from(description));
  const [a, b] = results as [ExecutorResult, Extract<ExecutorResult, { kind: "completed" }>];
  const found = await ask("2", { runtimeStatus, results: [a, { ...b, session }] }, blobs);
  expect(found).toMatchObject({ problem: { status: 410, detail: expect.stringContaining("not stored any more") } });
});

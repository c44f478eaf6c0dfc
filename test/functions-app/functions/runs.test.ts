import { createHash } from "node:crypto";
import { HttpRequest } from "@azure/functions";
import { expect, test } from "vitest";
import type { ExecutorResult } from "../../../functions-app/src/contract/executor-call.ts";
import type { RunFile } from "../../../functions-app/src/contract/run-files.ts";
import type { RunHistory } from "../../../functions-app/src/functions/run-history.ts";
import { getBlob, getRun, type RunsDeps } from "../../../functions-app/src/functions/runs.ts";
import { RunningSteps, type StepProgress } from "../../../functions-app/src/steps/running-steps.ts";
import { writeManifest } from "../../../functions-app/src/steps/stored-manifest.ts";
import { MemoryBlobs } from "../../helpers/memory-blobs.ts";
import { stepRecord } from "../../helpers/step-record.ts";

const python = { version: "3.12.1", implementation: "CPython", dill: "0.4.1" };
const completed = (name: string): ExecutorResult => ({ kind: "completed", record: stepRecord(name), python });
const failure = { type: "E", message: "no", traceback: "" };
const failed = (name: string): ExecutorResult => ({ kind: "failed", failure, record: stepRecord(name) });
const progress = (step: string): StepProgress => ({ step, details: { formatVersion: 1, cells: [] } });

function open(history?: RunHistory): RunsDeps & { running: RunningSteps; blobs: MemoryBlobs } {
  return {
    env: { SAME_ACCESS_KEY: "k" },
    running: new RunningSteps(),
    blobs: new MemoryBlobs(),
    sessions: { read: async () => undefined },
    loadHistory: async () => history,
  };
}

async function ask(
  get: typeof getRun,
  deps: RunsDeps,
  params: Record<string, string>,
  { key = "k", query = {} }: { key?: string; query?: Record<string, string> } = {},
) {
  const url = "https://app.example/api/runs/x";
  const answer = await get(
    new HttpRequest({ method: "GET", url, params, query, headers: { "x-functions-key": key } }),
    deps,
  );
  const headers = answer.headers as Record<string, string>;
  return { status: answer.status, body: answer.body as string, headers };
}

test("the completed steps of a run and the failed one are returned, whatever its output is", async () => {
  const deps = open({ runtimeStatus: "Failed", results: [completed("a"), failed("b")] });
  const { status, body } = await ask(getRun, deps, { id: "run-1" });
  expect([status, JSON.parse(body)]).toEqual([
    200,
    {
      id: "run-1",
      runtimeStatus: "Failed",
      steps: [stepRecord("a")],
      failed: { ...stepRecord("b"), failure },
      unfinished: null,
    },
  ]);
});

test("the running step is read from its process, or else as it was last saved", async () => {
  const deps = open({ runtimeStatus: "Running", results: [completed("a")] });
  await deps.blobs.saveProgress("run-1", Buffer.from(JSON.stringify(progress("b"))));
  expect(JSON.parse((await ask(getRun, deps, { id: "run-1" })).body)).toMatchObject({ unfinished: progress("b") });
  deps.running.add("run-1", () => progress("here"));
  expect(JSON.parse((await ask(getRun, deps, { id: "run-1" })).body)).toMatchObject({ unfinished: progress("here") });
});

test.each([
  ["of a step that has since completed", { runtimeStatus: "Terminated", results: [completed("a")] }],
  ["of a run that has completed", { runtimeStatus: "Completed", results: [] }],
  ["of a run whose step failed", { runtimeStatus: "Failed", results: [failed("x")] }],
])("saved progress %s is not returned", async (_, history) => {
  const deps = open(history);
  await deps.blobs.saveProgress("run-1", Buffer.from(JSON.stringify(progress("a"))));
  expect(JSON.parse((await ask(getRun, deps, { id: "run-1" })).body)).toMatchObject({ unfinished: null });
});

test("a blob is returned in parts", async () => {
  const deps = open();
  deps.blobs.contents.set("run-1/details-1.json", Buffer.from("0123456789"));
  const { status, headers, body } = await ask(
    getBlob,
    deps,
    { id: "run-1", name: "details-1.json" },
    { query: { offset: "4" } },
  );
  expect([status, headers["x-blob-size"], body.toString()]).toEqual([200, "10", "456789"]);
});

/** A run whose client sent a small file with its manifest. */
async function openSent() {
  const deps = open();
  const sha256 = createHash("sha256").update("0123456789").digest("hex");
  const files: RunFile[] = [{ kind: "file", path: "a", sha256, sizeBytes: 10, modifiedMs: 0 }];
  const manifest = writeManifest({ files, inline: new Map([[sha256, Buffer.from("0123456789")]]) });
  const { name } = await deps.blobs.save("run-1", "files", manifest);
  return { deps, sha256, files, name: name.replace("run-1/", "") };
}

test("a manifest is returned without the contents in it, as clients of earlier versions expect", async () => {
  const { deps, files, name } = await openSent();
  const { body, headers } = await ask(getBlob, deps, { id: "run-1", name });
  expect(JSON.parse(body)).toEqual({ formatVersion: 1, files });
  expect(headers["x-blob-size"]).toBe(String(body.length));
});

test("a content in a manifest is returned like a blob", async () => {
  const { deps, sha256 } = await openSent();
  const params = { id: "run-1", name: `file-${sha256}.bin` };
  const { status, headers, body } = await ask(getBlob, deps, params, { query: { offset: "4" } });
  expect([status, headers["x-blob-size"], String(body)]).toEqual([200, "10", "456789"]);
  expect((await ask(getBlob, deps, { ...params, name: `file-${"0".repeat(64)}.bin` })).status).toBe(404);
  expect((await ask(getBlob, deps, { ...params, id: "run-2" })).status).toBe(404);
});

test.each([
  ["an unknown run", getRun, { id: "run-2" }],
  ["an invalid ID", getRun, { id: "../x" }],
  ["an unknown blob", getBlob, { id: "run-1", name: "details-2.json" }],
  ["a name that resolves to the container", getBlob, { id: "run-1", name: ".." }],
  ["a name that resolves to another run", getBlob, { id: "run-1", name: "../run-2/details-1.json" }],
])("%s returns 404", async (_, get, params) => {
  const deps = open();
  const asked: string[] = [];
  const blobs = { ...deps.blobs, loadPart: async (_id: string, name: string) => void asked.push(name) };
  expect((await ask(get, { ...deps, blobs: blobs as unknown as RunsDeps["blobs"] }, params)).status).toBe(404);
  expect(asked.filter((name) => name.includes(".."))).toEqual([]);
});

test.each([getRun, getBlob])("without the access key the response is 401", async (get) => {
  const deps = open({ runtimeStatus: "Running", results: [] });
  expect((await ask(get, deps, { id: "run-1" }, { key: "wrong" })).status).toBe(401);
});

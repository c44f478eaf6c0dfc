import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { RunRecords } from "../../../../toolkit/src/adapters/records/run-records.ts";
import { finishRun } from "../../../../toolkit/src/usecases/run/run-result.ts";
import type { RunningRun } from "../../../../toolkit/src/usecases/run/run-state.ts";
import { SOURCE_NOTEBOOK } from "../../../../toolkit/src/usecases/run/save-results.ts";
import { runRecord } from "../../../helpers/run-record.ts";
import { cellRecord, notebookText } from "../../../helpers/run-results.ts";
import { stepRecord } from "../../../helpers/step-record.ts";
import { makeTempDir } from "../../../helpers/temp-dir.ts";

const TEXT = notebookText([
  { cell_type: "code", source: "one" },
  { cell_type: "code", source: "two" },
]);
const prints = (cell: number, text: string) =>
  cellRecord({ cell, outputs: [{ output_type: "stream", name: "stdout", text }] });
const BLOB = { container: "c", name: "run-1/details-1.json", sizeBytes: 1, sha256: "0" };
const inBlob = { formatVersion: 1, cells: [prints(1, "from the blob\n")] };

/** An ended run of two steps, on an app with these details of it. */
async function overRun(details: object | null, blob: object | Error = inBlob) {
  const records = new RunRecords(await makeTempDir());
  const folder = await records.create(runRecord({ id: "run-1" }), { steps: [] }, { [SOURCE_NOTEBOOK]: TEXT });
  const client = {
    details: async () => {
      if (details === null) throw new Error("gone");
      return details;
    },
    readBlob: async function* () {
      if (blob instanceof Error) throw blob;
      yield Buffer.from(JSON.stringify(blob));
    },
  };
  const step = (name: string, cell: number) => ({ name, cells: [{ cell, firstLine: 1, lineCount: 1 }] });
  const run = {
    folder,
    sent: { files: null, paths: [] },
    host: { url: "http://app", hubName: "hub", stateDir: "/s", booted: null, client },
    steps: [step("a", 1), step("b", 2)],
    warnings: [],
    deps: { leaveNow: new AbortController().signal },
  } as unknown as RunningRun;
  return run;
}

async function outputsOf(file: string | null): Promise<unknown[]> {
  const notebook = JSON.parse(await readFile(file ?? "", "utf8"));
  return notebook.cells.map(({ outputs }: { outputs: { text?: string[]; ename?: string }[] }) =>
    outputs.map((it) => it.text?.join("") ?? it.ename),
  );
}

test("a failed run keeps the outputs of earlier steps and of the failed step", async () => {
  const failed = {
    ...stepRecord("b"),
    failure: { type: "ProcessCrash", message: "killed", traceback: "" },
    details: { formatVersion: 1, cells: [prints(2, "so far\n")] },
  };
  const run = await overRun({ steps: [{ ...stepRecord("a"), details: BLOB }], failed, unfinished: null });
  const status = { runtimeStatus: "Failed", output: 'Step "b" failed: ProcessCrash: killed' };
  const summary = await finishRun(run, { kind: "ended", status } as never);
  expect(await outputsOf(summary.results.notebook)).toEqual([["from the blob\n"], ["so far\n", "ProcessCrash"]]);
  expect(summary.steps).toMatchObject([
    { name: "a", status: "completed", durationMs: 5, output: { stdout: "from the blob\n" } },
    { name: "b", status: "failed", cells: [{ cell: 2, outputs: [{ kind: "stdout", text: "so far\n" }] }] },
  ]);
  expect(await readFile(summary.results.report ?? "", "utf8")).toContain("from the blob");
});

test.each([
  [{ kind: "interrupted" } as const, "interrupted"],
  [{ kind: "timed-out", limitMs: 1000 } as const, "timed-out"],
])("after %j the outputs of the running step so far are kept", async (ending, status) => {
  const unfinished = { step: "a", details: { formatVersion: 1, cells: [prints(1, "half\n")] } };
  const summary = await finishRun(await overRun({ steps: [], failed: null, unfinished }), ending);
  expect(summary).toMatchObject({ status, steps: [{ status: "unfinished" }, { status: "not-run" }] });
  expect(await outputsOf(summary.results.notebook)).toEqual([["half\n"], []]);
});

test("if the app is gone, the notebook is saved without outputs", async () => {
  const summary = await finishRun(await overRun(null), { kind: "lost" });
  expect(await outputsOf(summary.results.notebook)).toEqual([[], []]);
  expect(summary.steps.map(({ status }) => status)).toEqual(["not-run", "not-run"]);
});

test("missing details do not affect other details", async () => {
  const b = { ...stepRecord("b"), details: { formatVersion: 1, cells: [prints(2, "here\n")] } };
  const run = await overRun(
    { steps: [{ ...stepRecord("a"), details: BLOB }, b], failed: null, unfinished: null },
    new Error("404"),
  );
  const summary = await finishRun(run, { kind: "interrupted" });
  expect(await outputsOf(summary.results.notebook)).toEqual([[], ["here\n"]]);
});

test.each([
  ["in the response", "nonsense", undefined],
  ["deeper in the response", { formatVersion: 1, cells: [{}] }, undefined],
  ["in a blob", BLOB, { formatVersion: 1, cells: [{ ...prints(1, ""), outputs: [{ output_type: "stream" }] }] }],
  ["in a blob that refers to another blob", BLOB, BLOB],
])("invalid details %s lead to a warning, and do not affect anything else", async (_, details, blob) => {
  const b = { ...stepRecord("b"), details: { formatVersion: 1, cells: [prints(2, "here\n")] } };
  const steps = { steps: [{ ...stepRecord("a"), details }, b], failed: null, unfinished: null };
  const summary = await finishRun(await overRun(steps, blob), { kind: "interrupted" });
  expect(await outputsOf(summary.results.notebook)).toEqual([[], ["here\n"]]);
  expect(await readFile(summary.results.report ?? "", "utf8")).toContain("here");
  expect(summary.warnings).toEqual([
    expect.stringMatching(/^a: Its outputs are omitted: .* violate the contract \(\S+ is invalid\)\.$/),
  ]);
});

test("invalid details of an unfinished step lead to a warning", async () => {
  const unfinished = { step: "a", details: { formatVersion: 1 } };
  const summary = await finishRun(await overRun({ steps: [], failed: null, unfinished }), { kind: "interrupted" });
  expect(summary.steps[0]).toMatchObject({ status: "unfinished", cells: [] });
  expect(summary.warnings).toEqual([expect.stringContaining("cells is invalid")]);
});

import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { RunState } from "../../../toolkit/src/adapters/records/run-records.ts";
import { RunRecords } from "../../../toolkit/src/adapters/records/run-records.ts";
import { compileSource } from "../../../toolkit/src/usecases/compile-source.ts";
import { explainLocalResume } from "../../../toolkit/src/usecases/local-resume.ts";
import { explainRemoteResume } from "../../../toolkit/src/usecases/remote-resume.ts";
import { recordingView } from "../../helpers/recording-view.ts";
import { runRecord } from "../../helpers/run-record.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const [A, B] = ["same_step_000", "same_step_001"] as const;
const NEITHER = { from: null, only: null };

/** The record of a run with two steps, the second of which failed. */
async function recordedRun(state: RunState, appUrl?: string) {
  const folder = await makeTempDir();
  const location = path.join(folder, "nb.ipynb");
  const write = (sources: readonly string[]) => {
    const toCell = (source: string, index: number) => ({
      cell_type: "code",
      source,
      metadata: { tags: index === 0 ? [] : [`same_step_${index}`] },
      outputs: [],
      execution_count: null,
    });
    return writeFile(
      location,
      JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata: {}, cells: sources.map(toCell) }),
    );
  };
  await write(["a = 1", "1 / 0"]);
  const stateDir = path.join(folder, ".same-kit");
  const { request } = await compileSource({ location, sameEnv: null });
  const record = runRecord({ location, state, ...(appUrl !== undefined && { appUrl }) });
  const run = await new RunRecords(stateDir).create(record, request);
  const steps = [
    { name: A, status: "completed" },
    { name: B, status: "failed" },
  ];
  await run.saveSummary({ steps });
  const { id } = run.record;
  return { write, stateDir, wish: { id, stateDir, ...NEITHER } };
}

async function contentsOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return Object.fromEntries(await Promise.all(files.map(async (file) => [file, await readFile(file, "utf8")])));
}

const deps = { view: recordingView() };

test.each([
  ["local resume", undefined, explainLocalResume],
  ["resume", "https://app.example", explainRemoteResume],
] as const)("%s --explain lists what would run, and neither runs nor changes anything", async (_, appUrl, explain) => {
  const { write, stateDir, wish } = await recordedRun("failed", appUrl);
  await write(["a = 1", "b = a"]);
  const before = await contentsOf(stateDir);
  // There is no host, no storage and no network in `deps`.
  expect(await explain(wish, deps)).toMatchObject({
    hasEnded: true,
    steps: [
      { name: A, fate: "kept", why: "it completed and has not changed" },
      { name: B, fate: "runs", why: "its code has changed" },
    ],
  });
  expect(await contentsOf(stateDir)).toEqual(before);
});

test("if nothing would run, all steps are kept", async () => {
  const { wish, stateDir } = await recordedRun("completed");
  const [run] = await new RunRecords(stateDir).list();
  await run?.saveSummary({ steps: [A, B].map((name) => ({ name, status: "completed" })) });
  const { steps } = await explainLocalResume(wish, deps);
  expect(steps.map(({ fate }) => fate)).toEqual(["kept", "kept"]);
});

test("an unfinished run continues by itself, so that no steps can be selected", async () => {
  const { wish } = await recordedRun("suspended");
  expect(await explainLocalResume(wish, deps)).toMatchObject({ hasEnded: false, steps: [] });
  await expect(explainLocalResume({ ...wish, from: B }, deps)).rejects.toMatchObject({ code: "ERR_USAGE" });
});

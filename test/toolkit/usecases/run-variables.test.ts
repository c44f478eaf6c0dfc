import { expect, test } from "vitest";
import type { RunFolder, RunState } from "../../../toolkit/src/adapters/records/run-records.ts";
import { runVariables } from "../../../toolkit/src/usecases/run-variables.ts";

const steps = [{ name: "a", crossing: null, lost: [], output: { stdout: "", stderr: "" } }];

function folder(id: string, state: RunState, summary: unknown = { steps }): RunFolder {
  const readFile = async () => (summary === null || typeof summary === "string" ? summary : JSON.stringify(summary));
  return { record: { id, state }, readFile } as unknown as RunFolder;
}

function records(...folders: RunFolder[]) {
  const find = async (id: string) => folders.find(({ record }) => record.id === id) ?? null;
  return { stateDir: "/s", find, list: async () => folders };
}

test("without an ID the latest ended run is used", async () => {
  const known = records(folder("run-1", "failed"), folder("run-2", "completed"), folder("run-3", "running", null));
  expect(await runVariables(null, known)).toEqual({ id: "run-2", steps: [{ name: "a", crossing: null, lost: [] }] });
  expect(await runVariables("run-1", known)).toMatchObject({ id: "run-1" });
});

test("the record of an older same-kit contains no variables", async () => {
  const old = folder("run-1", "completed", { steps: [{ name: "a" }] });
  expect((await runVariables("run-1", records(old))).steps).toEqual([{ name: "a", crossing: null, lost: [] }]);
});

test.each([
  ["an unknown run", "run-9", records(), "no record of a run run-9"],
  ["an empty list of runs", null, records(), "no run that ended"],
  ["an unfinished run", "run-1", records(folder("run-1", "running", null)), "has not ended"],
  ["a damaged summary", "run-1", records(folder("run-1", "completed", '{"steps": [')), "is not valid JSON"],
])("%s is an error", async (_, id, known, message) => {
  const error = await runVariables(id, known).catch((it: unknown) => it);
  expect(error).toMatchObject({ code: "ERR_RUN_UNKNOWN", message: expect.stringContaining(message) });
});

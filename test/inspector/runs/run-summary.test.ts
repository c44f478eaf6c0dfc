import { describe, expect, test } from "vitest";
import { compareRuns } from "../../../inspector/src/runs/compare-runs.ts";
import { readSteps, readSummary } from "../../../inspector/src/runs/run-summary.ts";
import type { RunDetail } from "../../../local/src/inspector/api.ts";

const START = "2026-01-01T00:00:00.000Z";

const run = (fields: Partial<RunDetail> = {}): RunDetail => ({
  id: "r",
  notebook: "a.ipynb",
  location: "/a.ipynb",
  state: "completed",
  steps: ["one", "two"],
  startedAt: START,
  endedAt: null,
  reason: null,
  continues: null,
  parameters: {},
  python: null,
  storage: null,
  stepResults: [],
  summary: null,
  files: [],
  report: null,
  resumeCommand: null,
  ...fields,
});

const step = (name: string, more: object = {}) => ({
  name,
  status: "completed",
  startedAt: "2026-01-01T00:00:01.500Z",
  durationMs: 200,
  keptFrom: null,
  output: { stdout: "out", stderr: "" },
  ...more,
});

describe("a summary", () => {
  test("is read with failure, variables and Python version", () => {
    const summary = {
      durationMs: 900,
      python: { version: "3.11.7" },
      variables: [{ name: "x", type: "int", sizeBytes: 28, repr: "1" }],
      warnings: ["careful", 3],
      failure: { message: "boom", step: "two", cell: { number: 4, line: 1 }, traceback: null },
    };
    expect(readSummary(run({ summary }))).toEqual({
      failure: { message: "boom", step: "two", cell: 4, traceback: null },
      variables: [{ name: "x", type: "int", sizeBytes: 28, text: "1" }],
      warnings: ["careful"],
      python: "3.11.7",
      durationMs: 900,
    });
  });

  test.each([[null], ["text"], [[]], [{ variables: "none", failure: [], steps: {} }]])(
    "%j is ignored without affecting the rest",
    (summary) => {
      expect(readSummary(run({ summary }))).toMatchObject({ failure: null, variables: [], warnings: [] });
      expect(readSteps(run({ summary }), null).map(({ state }) => state)).toEqual(["not begun", "not begun"]);
    },
  );
});

describe("steps", () => {
  test("are placed in the duration of the run", () => {
    const [one, two] = readSteps(run({ summary: { steps: [step("one")] } }), null);
    expect(one).toEqual({
      name: "one",
      state: "completed",
      startMs: 1500,
      durationMs: 200,
      keptFrom: null,
      output: "out",
    });
    expect(two).toMatchObject({ state: "not begun", startMs: null });
  });

  test("of a running run are derived from the current step", () => {
    expect(readSteps(run({ steps: ["a", "b", "c"] }), 1).map(({ state }) => state)).toEqual([
      "completed",
      "running",
      "not begun",
    ]);
  });
});

test("two runs are compared by steps, parameters and variables of the same name", () => {
  const variables = (text: string) => [{ name: "x", type: "int", sizeBytes: 28, repr: text }];
  const left = run({ parameters: { alpha: 1, beta: 2 }, summary: { steps: [step("one")], variables: variables("1") } });
  const right = run({
    parameters: { alpha: 1, gamma: 3 },
    steps: ["one"],
    summary: { steps: [step("one", { status: "failed" })], variables: variables("2") },
  });
  const { steps, parameters, variables: found } = compareRuns(left, right);
  expect(steps.map(({ name, isEqual, right: it }) => [name, isEqual, it?.state ?? null])).toEqual([
    ["one", false, "failed"],
    ["two", false, null],
  ]);
  expect(parameters).toEqual([
    { name: "alpha", left: "1", right: "1", isEqual: true },
    { name: "beta", left: "2", right: null, isEqual: false },
    { name: "gamma", left: null, right: "3", isEqual: false },
  ]);
  expect(found).toEqual([{ name: "x", left: "int 1", right: "int 2", isEqual: false }]);
});

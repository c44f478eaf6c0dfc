import { expect, test } from "vitest";
import { reportRun, type ShownOfRun } from "../../../toolkit/src/reports/run-report.ts";
import type { HintContext } from "../../../toolkit/src/ui/hint.ts";
import type { RunSummary } from "../../../toolkit/src/usecases/run/run-summary.ts";
import { createTestConsole } from "../../helpers/console.ts";

const STEP = {
  name: "same_step_000",
  status: "completed" as const,
  startedAt: "2026-01-01T00:00:00.000Z",
  durationMs: 120,
  codeMs: 10,
  python: "3.12.1",
  environment: "base",
  output: { stdout: "y is 1\n", stderr: "" },
  warnings: ["numpy is in no requirements.txt."],
  keptFrom: null,
  cache: null,
  lock: null,
  crossing: null,
  lost: [],
  cells: [],
};

const COMPLETED: RunSummary = {
  formatVersion: 1,
  id: "run-1",
  notebook: "run",
  status: "completed",
  startedAt: STEP.startedAt,
  durationMs: 1234,
  parameters: {},
  python: { version: "3.12.1", implementation: "CPython", dill: "0.4.1" },
  steps: [STEP],
  variables: [
    { name: "y", type: "str", sizeBytes: 50, repr: "'1'" },
    { name: "gen", type: "ExplodingVariable", repr: "<…>", exploded: "not supported by dill" },
  ],
  variablesOmitted: 3,
  session: { file: "/s/runs/run-1/session.dill" },
  failure: null,
  warnings: ["same_step_000: numpy is in no requirements.txt."],
  results: { notebook: "/s/runs/run-1/notebook.ipynb", report: "/s/runs/run-1/report.html" },
  files: { folder: null, files: [], deleted: [] },
  record: "/s/runs/run-1",
  stateDir: "/s",
  host: { url: "http://localhost:7071", hubName: "hub", isKept: false, stateDir: "/s" },
};

const HINTS: HintContext = {
  cwd: "/elsewhere",
  given: {},
  defaultStateDir: "/elsewhere/.same-kit",
  takes: () => ["state-dir"],
};

function report(changes: Partial<RunSummary>, shown: ShownOfRun = {}) {
  const console = createTestConsole({ hints: HINTS });
  reportRun({ ...COMPLETED, ...changes }, console, shown);
  return { stdout: console.stdout(), stderr: console.stderr() };
}

test("a completed run ends with its variables and its files", () => {
  const { stdout, stderr } = report({});
  expect(stdout).toMatchInlineSnapshot(`
    "┌──────────┬───────────────────┬──────┬─────────────────────────────────────────────┐
    │ Variable │ Type              │ Size │ Value                                       │
    ├──────────┼───────────────────┼──────┼─────────────────────────────────────────────┤
    │ y        │ str               │ 50 B │ '1'                                         │
    │ gen      │ ExplodingVariable │      │ cannot be serialized: not supported by dill │
    └──────────┴───────────────────┴──────┴─────────────────────────────────────────────┘
    … and 3 more.
    Completed run-1: 1 step in 1.23 s by CPython 3.12.1, dill 0.4.1
    Session:  /s/runs/run-1/session.dill
    Notebook: /s/runs/run-1/notebook.ipynb
    Report:   /s/runs/run-1/report.html
    Record:   /s/runs/run-1
    "
  `);
  expect(stderr).toBe("Warning: same_step_000: numpy is in no requirements.txt.\n");
});

test("a failed run shows the place in the notebook, and prints no table", () => {
  const failure = {
    code: "ERR_RUN_FAILED",
    step: "same_step_000",
    message: "ValueError: no",
    traceback: "Traceback …",
    cell: { number: 3, line: 2 },
  };
  const { stdout, stderr } = report({
    status: "failed",
    steps: [],
    warnings: [],
    variables: [],
    session: null,
    failure,
  });
  expect(stdout).toBe("");
  expect(stderr).toMatchInlineSnapshot(`
    "ERR_RUN_FAILED Step same_step_000 failed (cell 3, line 2): ValueError: no

    Traceback …

    The run run-1 failed; its record is kept in /s/runs/run-1.
    After you edit the notebook, \`same-kit local resume run-1 --state-dir /s\` continues from the first step that failed or changed.
    Notebook: /s/runs/run-1/notebook.ipynb
    Report: /s/runs/run-1/report.html
    "
  `);
});

test("a kept host is shown with the command to stop it, for the folder where it was found", () => {
  const host = { ...COMPLETED.host, isKept: true, stateDir: "/elsewhere/.same-kit" };
  const { stderr } = report({ host, stateDir: "/demo/.same-kit", warnings: [] });
  expect(stderr).toBe("The host at http://localhost:7071 keeps running; `same-kit local down` stops it.\n");
});

test("a host of another folder is shown with that folder", () => {
  const { stderr } = report({ host: { ...COMPLETED.host, isKept: true }, warnings: [] });
  expect(stderr).toContain("`same-kit local down --state-dir /s` stops it");
});

test("--explain shows for each step why it ran, or that it came from the cache", () => {
  const cached = { isHit: true, why: "all its inputs are unchanged", runId: "run-0", storedAt: "" };
  const steps = [
    { ...STEP, cache: cached },
    { ...STEP, name: "same_step_001", cache: { isHit: false, why: "its code has changed" } },
    { ...STEP, name: "same_step_002" },
    { ...STEP, name: "same_step_003", keptFrom: "run-0" },
    { ...STEP, name: "same_step_004", status: "not-run" as const },
  ];
  const { stderr } = report({ steps, warnings: [] }, { explain: true });
  expect(stderr).toMatchInlineSnapshot(`
    "┌───────────────┬─────────────┬──────────────────────────────────────────────────┐
    │ Step          │             │ Why                                              │
    ├───────────────┼─────────────┼──────────────────────────────────────────────────┤
    │ same_step_000 │ cached      │ all its inputs are unchanged since the run run-0 │
    │ same_step_001 │ ran         │ its code has changed                             │
    │ same_step_002 │ ran         │ the cache was not used                           │
    │ same_step_003 │ kept        │ from the run run-0                               │
    │ same_step_004 │ did not run │ a step before it did not complete                │
    └───────────────┴─────────────┴──────────────────────────────────────────────────┘
    "
  `);
});

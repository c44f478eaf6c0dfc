import type { CellOutput, CellRecord } from "@same-kit/functions-app/contract";
import { expect, test } from "vitest";
import { toExecutedNotebook } from "../../../toolkit/src/results/executed-notebook.ts";
import { cellRecord, notebookText, runResults, stepResult } from "../../helpers/run-results.ts";

const TEXT = notebookText([
  { cell_type: "markdown", source: "# Title" },
  { cell_type: "code", source: "x = 1", outputs: [{ output_type: "stream", name: "stdout", text: "old" }] },
  { cell_type: "code", source: ["y = 2\n", "y"] },
]);

function execute(cells: CellRecord[], changes: Parameters<typeof stepResult>[0] = {}) {
  const step = stepResult({ cells: [2, 3], details: { formatVersion: 1, cells }, ...changes });
  return toExecutedNotebook(TEXT, runResults({ steps: [step] }));
}

test("each cell has its outputs, execution count and times, and outputs of an earlier run are removed", () => {
  const outputs: CellOutput[] = [
    { output_type: "stream", name: "stdout", text: "a\nb\n" },
    { output_type: "execute_result", execution_count: 1, data: { "text/plain": "2" }, metadata: {} },
  ];
  const { cells, metadata, nbformat_minor } = execute([cellRecord({ cell: 3, executionCount: 1, outputs })]);
  expect(cells[1]).toMatchObject({ execution_count: null, outputs: [] });
  expect(cells[2]).toMatchObject({
    execution_count: 1,
    outputs: [
      { output_type: "stream", name: "stdout", text: ["a\n", "b\n"] },
      { output_type: "execute_result", data: { "text/plain": ["2"] } },
    ],
    metadata: {
      execution: {
        "iopub.execute_input": "2026-01-01T00:00:00.000Z",
        "shell.execute_reply": "2026-01-01T00:00:00.500Z",
      },
      same_kit: { step: "same_step_000", status: "ok", duration_ms: 500 },
    },
  });
  expect([nbformat_minor, metadata["same_kit"]]).toMatchObject([5, { run: "run-1", status: "completed" }]);
});

test("IDs are kept if they are valid and unique, and otherwise generated deterministically", () => {
  const cell = (id?: string) => ({ cell_type: "code" as const, source: "x", ...(id && { id }) });
  const text = notebookText([cell("mine"), cell("mine"), cell(), cell("not valid")]);
  const ids = () => toExecutedNotebook(text, runResults({})).cells.map(({ id }) => id);
  expect(ids()).toEqual(ids());
  expect(ids()[0]).toBe("mine");
  expect(new Set(ids()).size).toBe(4);
  expect(ids().every((id) => /^[\w-]{1,64}$/.test(id))).toBe(true);
});

test("output from before the step's first cell is shown in that cell", () => {
  const outputs: CellOutput[] = [{ output_type: "stream", name: "stderr", text: "loading" }];
  const { cells } = execute([cellRecord({ cell: null, executionCount: null, startedAt: null, outputs })]);
  expect(cells[1]?.outputs).toEqual([{ output_type: "stream", name: "stderr", text: ["loading"] }]);
});

test("a display has the latest update of a later step, without the ID that only a kernel knows", () => {
  const shown: CellOutput = {
    output_type: "display_data",
    data: { "text/plain": "0%" },
    metadata: {},
    display_id: "p",
  };
  const update = (text: string) => ({ display_id: "p", data: { "text/plain": text }, metadata: {} });
  const first = stepResult({
    cells: [2],
    details: { formatVersion: 1, cells: [cellRecord({ cell: 2, outputs: [shown] })] },
  });
  const second = stepResult({
    name: "same_step_001",
    cells: [3],
    details: { formatVersion: 1, cells: [], updates: [update("50%"), update("100%")] },
  });
  const { cells } = toExecutedNotebook(TEXT, runResults({ steps: [first, second] }));
  expect(cells[1]?.outputs).toEqual([{ output_type: "display_data", data: { "text/plain": ["100%"] }, metadata: {} }]);
});

test("JSON stays JSON, and a picture is a single string", () => {
  const data = {
    "application/vnd.plotly.v1+json": { data: [] },
    "image/png": "iVBORw==",
    "image/svg+xml": "<svg>\n</svg>",
  };
  const { cells } = execute([cellRecord({ cell: 2, outputs: [{ output_type: "display_data", data, metadata: {} }] })]);
  expect(cells[1]?.outputs?.[0]?.["data"]).toEqual({ ...data, "image/svg+xml": ["<svg>\n", "</svg>"] });
});

test("a step that failed before its code ran shows the error in its first cell, and an error of a cell is not repeated", () => {
  const failure = { type: "ERR_PYTHON_REQUIREMENTS", message: "no such package", traceback: "" };
  const early = execute([], { status: "failed", failure });
  expect(early.cells[1]?.outputs).toMatchObject([{ output_type: "error", evalue: "no such package" }]);
  const error: CellOutput = { output_type: "error", ename: "E", evalue: "no", traceback: ["E: no"] };
  const late = execute([cellRecord({ cell: 3, status: "error", outputs: [error] })], { status: "failed", failure });
  expect(late.cells.map(({ outputs }) => outputs?.length)).toEqual([undefined, 0, 1]);
});

test("an unfinished cell has a start but no end", () => {
  const { durationMs: _, ...record } = cellRecord({ cell: 2, status: "unfinished" });
  const { cells } = execute([record]);
  expect(cells[1]?.metadata).toMatchObject({ same_kit: { status: "unfinished" } });
  expect(Object.keys(cells[1]?.metadata["execution"] as object)).toEqual(["iopub.execute_input", "iopub.status.busy"]);
});

test("a cell of a cached step says so, and from which run", () => {
  const cache = { isHit: true, why: "nothing has changed", runId: "run-0", storedAt: "2026-01-01T00:00:00.000Z" };
  const { cells } = execute([cellRecord({ cell: 2 })], { cache });
  expect(cells[1]?.metadata["same_kit"]).toMatchObject({ cached: true, cached_from: "run-0" });
  const missed = execute([cellRecord({ cell: 2 })], { cache: { isHit: false, why: "its code has changed" } });
  expect(missed.cells[1]?.metadata["same_kit"]).not.toHaveProperty("cached");
});

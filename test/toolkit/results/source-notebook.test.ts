import { expect, test } from "vitest";
import { toExecutedNotebook } from "../../../toolkit/src/results/executed-notebook.ts";
import { type RunCell, toSourceNotebook } from "../../../toolkit/src/results/source-notebook.ts";
import { cellRecord, notebookText, runResults, stepResult } from "../../helpers/run-results.ts";

const TEXT = notebookText([
  { cell_type: "code", source: ["x = 1\r\n", "y = 2"] },
  { cell_type: "code", source: "z" },
]);
const CELLS: RunCell[] = [
  { number: 1, kind: "code", source: "x = 1\ny = 2", tags: ["parameters"] },
  { number: 2, kind: "code", source: "z", tags: [] },
];
const INJECTED: RunCell = { number: 3, kind: "code", source: "x = 5", tags: ["injected-parameters"] };

test("a notebook that runs without changes is left unchanged", () => {
  expect(toSourceNotebook(TEXT, CELLS)).toBe(TEXT);
});

test("the cell that sets parameters is in the file, and outputs are matched with their cells", () => {
  const source = toSourceNotebook(TEXT, [CELLS[0] as RunCell, INJECTED, CELLS[1] as RunCell]);
  const shown = (text: string) => [{ output_type: "stream" as const, name: "stdout" as const, text }];
  const cells = [3, 2].map((cell) => cellRecord({ cell, outputs: shown(`of ${cell}`) }));
  const step = stepResult({ cells: [1, 3, 2], details: { formatVersion: 1, cells } });
  const executed = toExecutedNotebook(source, runResults({ steps: [step] }));
  expect(executed.cells.map((it) => [it.source, it.metadata["tags"], it.outputs])).toMatchObject([
    ["x = 1\ny = 2", ["parameters"], []],
    ["x = 5", ["injected-parameters"], [{ text: ["of 3"] }]],
    ["z", undefined, [{ text: ["of 2"] }]],
  ]);
});

test("parameters that replace those of an earlier run are in the file", () => {
  const source = toSourceNotebook(TEXT, [CELLS[0] as RunCell, { ...(CELLS[1] as RunCell), source: "z = 9" }]);
  expect(JSON.parse(source).cells[1]).toMatchObject({ source: "z = 9", outputs: [] });
});

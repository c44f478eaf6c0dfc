import { expect, test } from "vitest";
import { readStepDetails } from "../../../../toolkit/src/adapters/app/step-details.ts";
import { cellRecord } from "../../../helpers/run-results.ts";

const BLOB = { container: "c", name: "run-1/details-1.json", sizeBytes: 1, sha256: "0" };

test("complete details are parsed unchanged", () => {
  const details = {
    formatVersion: 1,
    cells: [
      cellRecord({
        outputs: [
          { output_type: "stream", name: "stderr", text: "a" },
          { output_type: "display_data", data: { "image/png": "aa==" }, metadata: { width: 1 }, display_id: "d" },
          { output_type: "execute_result", execution_count: 2, data: { "application/json": [1] }, metadata: {} },
          { output_type: "error", ename: "E", evalue: "", traceback: ["line"] },
        ],
      }),
      cellRecord({ cell: null, executionCount: null, startedAt: null, status: "unfinished" }),
    ],
    updates: [{ display_id: "d", data: {}, metadata: {} }],
    crossing: [
      { name: "x", type: "int", sizeBytes: 28, cell: null },
      { name: "y", type: "int", sizeBytes: 28, cell: null, changed: null },
      { name: "z", type: "int", sizeBytes: 28, cell: null, changed: true },
    ],
    lost: [{ name: "y", type: "generator", cell: 1, reason: "It cannot be saved", remedy: "Convert it to a list." }],
    assets: { "plotly.min.js": BLOB },
    packages: { numpy: "2.3.1" },
  };
  expect(readStepDetails(details)).toEqual({ kind: "details", details });
});

test("a reference to a blob is distinguished from details", () => {
  expect(readStepDetails(BLOB)).toEqual({ kind: "blob", blob: BLOB });
});

const cells = (cell: object) => ({ formatVersion: 1, cells: [{ ...cellRecord(), ...cell }] });

test.each([
  ["a string", "details", "value"],
  ["null", null, "value"],
  ["another format", { formatVersion: 2, cells: [] }, "formatVersion"],
  ["an object in place of cells", { formatVersion: 1, cells: {} }, "cells"],
  ["a cell without outputs", cells({ outputs: undefined }), "cells.0.outputs"],
  [
    "an output without data",
    cells({ outputs: [{ output_type: "display_data", metadata: {} }] }),
    "cells.0.outputs.0.data",
  ],
  ["an unknown output", cells({ outputs: [{ output_type: "sound" }] }), "cells.0.outputs.0.output_type"],
  [
    "a number instead of a string",
    cells({ outputs: [{ output_type: "stream", name: "stdout", text: 1 }] }),
    "cells.0.outputs.0.text",
  ],
  ["an invalid start time", cells({ startedAt: "yesterday" }), "cells.0"],
  ["an end beyond the range of dates", cells({ durationMs: 1e300 }), "cells.0"],
])("%s is invalid, and its path is reported", (_, value, at) => {
  expect(readStepDetails(value)).toEqual({ kind: "invalid", at });
});

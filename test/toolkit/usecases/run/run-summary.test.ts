import { expect, test } from "vitest";
import type { RunStatus } from "../../../../toolkit/src/adapters/app/run-status.ts";
import type { Step } from "../../../../toolkit/src/notebook/split-steps.ts";
import { describeFailure } from "../../../../toolkit/src/usecases/run/run-summary.ts";

const STEP: Step = {
  name: "same_step_001",
  index: 1,
  code: "",
  tags: [],
  cache: null,
  environment: null,
  cells: [
    { cell: 2, firstLine: 1, lineCount: 3 },
    { cell: 5, firstLine: 4, lineCount: 2 },
  ],
};
const TRACEBACK =
  'Traceback (most recent call last):\n  File "<same_step_001>", line 4, in <module>\n  File "<same_step_001>", line 2, in f\n  File "json.py", line 9, in g\nValueError: no';

const failed = (output: unknown) => ({ runtimeStatus: "Failed", output }) as RunStatus;

test("a step's failure includes the cell of its innermost own line", () => {
  const failure = describeFailure(
    failed(`Orchestrator function 'orchestrator' failed: Step "same_step_001" failed: ValueError: no\n\n${TRACEBACK}`),
    [STEP],
  );
  expect(failure).toEqual({
    code: "ERR_RUN_FAILED",
    step: "same_step_001",
    message: "ValueError: no",
    traceback: TRACEBACK,
    cell: { number: 2, line: 2 },
  });
});

test("a line number in a later cell is relative to that cell", () => {
  const traceback = 'Traceback (most recent call last):\n  File "<same_step_001>", line 5, in <module>\nE';
  const failure = describeFailure(failed(`Step "same_step_001" failed: E\n\n${traceback}`), [STEP]);
  expect(failure.cell).toEqual({ number: 5, line: 2 });
});

test("a line in a cell given by the app refers to that cell", () => {
  const traceback =
    'Traceback (most recent call last):\n  File "<cell 5>", line 2, in <module>\n  File "a.py", line 1\nE';
  const failure = describeFailure(failed(`Step "same_step_001" failed: E\n\n${traceback}`), [STEP]);
  expect(failure.cell).toEqual({ number: 5, line: 2 });
});

test.each([
  [
    "no step failed",
    failed("The app setting is wrong."),
    { code: "ERR_RUN_FAILED", step: null, message: "The app setting is wrong.", cell: null },
  ],
  [
    "it failed before its code ran",
    failed('Step "same_step_001" failed: pip: no such package'),
    { step: "same_step_001", message: "pip: no such package", traceback: null, cell: null },
  ],
  [
    "it was terminated",
    { runtimeStatus: "Terminated", output: "enough" } as RunStatus,
    { code: "ERR_RUN_TERMINATED", message: "enough" },
  ],
])("the end of a run is described when %s", (_title, status, expected) => {
  expect(describeFailure(status, [STEP])).toMatchObject(expected);
});

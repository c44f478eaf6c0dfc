import { expect, test } from "vitest";
import { reportExplained } from "../../../toolkit/src/reports/explained-report.ts";
import type { ExplainedRun } from "../../../toolkit/src/usecases/continue-run.ts";
import { createTestConsole } from "../../helpers/console.ts";

function report(changes: Partial<ExplainedRun>) {
  const console = createTestConsole();
  const run: ExplainedRun = { formatVersion: 1, id: "run-1", hasEnded: true, steps: [], warnings: [] };
  reportExplained({ ...run, ...changes }, console);
  return { stdout: console.stdout(), stderr: console.stderr() };
}

const KEPT = { name: "same_step_000", fate: "kept", why: "it completed and has not changed" } as const;
const RUNS = { name: "same_step_001", fate: "runs", why: "its code has changed" } as const;

test("each step has a line, and the last line says that nothing was started", () => {
  const { stdout, stderr } = report({ steps: [KEPT, RUNS], warnings: ["data.csv has changed."] });
  expect(stdout).toMatch(/same_step_000 +│ kept +│ it completed and has not changed/);
  expect(stdout).toMatch(/same_step_001 +│ runs +│ its code has changed/);
  expect(stdout).toContain(
    "Of the run run-1, 1 of 2 steps would be kept; 1 would run. Nothing was started or changed.",
  );
  expect(stderr).toBe("Warning: data.csv has changed.\n");
});

test("a run without steps to run is distinguished from an unfinished run", () => {
  expect(report({ steps: [KEPT] }).stdout).toContain("1 of 1 steps would be kept; there is nothing to continue.");
  expect(report({ hasEnded: false }).stdout).toBe(
    "The run run-1 has not ended: it would continue after the last completed step in its storage.\n",
  );
});

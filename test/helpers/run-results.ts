import type { CellRecord } from "@same-kit/functions-app/contract";
import type { RunResults, StepResult } from "../../toolkit/src/results/run-results.ts";

type LooseCell = {
  cell_type: "code" | "markdown" | "raw";
  source: string | string[];
  id?: string;
  metadata?: Record<string, unknown>;
  outputs?: unknown[];
};

/** A notebook in nbformat 4.4, like many notebooks. */
export function notebookText(cells: readonly LooseCell[]): string {
  const whole = cells.map((cell) => ({
    metadata: {},
    ...(cell.cell_type === "code" && { outputs: [], execution_count: null }),
    ...cell,
  }));
  return JSON.stringify({ cells: whole, metadata: {}, nbformat: 4, nbformat_minor: 4 });
}

export function cellRecord(changes: Partial<CellRecord> = {}): CellRecord {
  return {
    cell: 1,
    executionCount: 1,
    startedAt: "2026-01-01T00:00:00.000Z",
    durationMs: 500,
    status: "ok",
    outputs: [],
    ...changes,
  };
}

export function stepResult(changes: Partial<StepResult> = {}): StepResult {
  return {
    name: "same_step_000",
    status: "completed",
    startedAt: "2026-01-01T00:00:00.000Z",
    durationMs: 900,
    codeMs: 500,
    python: "3.12.1",
    environment: "base",
    warnings: [],
    details: null,
    failure: null,
    keptFrom: null,
    cache: null,
    cells: [1],
    ...changes,
  };
}

export function runResults(changes: Partial<RunResults> = {}): RunResults {
  return {
    id: "run-1",
    notebook: "demo",
    status: "completed",
    startedAt: "2026-01-01T00:00:00.000Z",
    durationMs: 2000,
    failure: null,
    steps: [stepResult()],
    variables: [],
    variablesOmitted: 0,
    warnings: [],
    python: { version: "3.12.1", implementation: "CPython", dill: "0.4.1" },
    ...changes,
  };
}

import type { StepRecord } from "../../functions-app/src/contract/run-result.ts";

/** The app's record of a step that printed nothing. */
export function stepRecord(name: string): StepRecord {
  return {
    name,
    startedAt: "2026-01-01T00:00:00.000Z",
    durationMs: 5,
    codeMs: 1,
    python: "3.12.1",
    environment: "base",
    output: { stdout: "", stderr: "" },
    warnings: [],
  };
}

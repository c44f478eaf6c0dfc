import type { RunRecord } from "../../toolkit/src/adapters/records/run-records.ts";

export function runRecord(overrides: Partial<RunRecord> = {}): Omit<RunRecord, "formatVersion"> {
  return {
    id: "multistep-20260101-000000-0000",
    notebook: "multistep",
    location: "/notebooks/multistep",
    state: "running",
    steps: ["same_step_000", "same_step_001"],
    sameEnv: "default",
    startedAt: "2026-01-01T00:00:00.000Z",
    endedAt: null,
    hostPid: 42,
    ownsHost: true,
    hubName: "hub",
    storage: "disk",
    python: null,
    reason: null,
    ...overrides,
  };
}

import { describe, expect, test } from "vitest";
import { expectedStatus, isRowStale } from "../../../../local/src/engine/orchestrations/row-repair.ts";
import type { InstanceRow } from "../../../../local/src/engine/tracking/instance-store.ts";
import { historyEvents as it } from "../../../helpers/history-events.ts";

describe("expectedStatus", () => {
  test.each([
    ["Running", [it.executionStarted()]],
    ["Suspended", [it.executionStarted(), it.executionSuspended("pause")]],
    ["Running", [it.executionStarted(), it.executionSuspended("pause"), it.executionResumed("go")]],
    ["Failed", [it.executionStarted(), it.executionCompleted(null, "Failed")]],
    ["Terminated", [it.executionStarted(), it.executionTerminated("enough")]],
  ] as const)("%s follows from the last event", (status, events) => {
    expect(expectedStatus(events)).toBe(status);
  });
});

describe("isRowStale", () => {
  const row = (executionId: string, status: InstanceRow["status"]): InstanceRow => ({
    etag: "1",
    executionId,
    status,
    createdTime: "",
    generation: 0,
  });

  test.each([
    ["a missing row", null, true],
    ["a row with the same status", row("e1", "Completed"), false],
    ["a row that is behind", row("e1", "Running"), true],
    ["the row of a previous generation", row("e0", "Running"), true],
    ["the row of a start that has not been processed yet", row("e2", "Pending"), false],
  ])("%s", (_, found, expected) => {
    expect(isRowStale(found, "e1", "Completed")).toBe(expected);
  });
});

import { expect, test } from "vitest";
import { nextExecutionId } from "../../../../local/src/engine/orchestrations/next-execution-id.ts";

const after = (InstanceId: string, ExecutionId: string) =>
  nextExecutionId({ OrchestrationInstance: { InstanceId, ExecutionId } });

test("every generation of every instance has an ID of its own, the same whenever it is computed", () => {
  const second = after("abc", "e1");
  expect(after("abc", "e1")).toBe(second);
  expect(new Set([second, after("abc", second), after("other", "e1"), after("abc", "e2")]).size).toBe(4);
});

test("the ID has the form of a GUID without dashes", () => {
  expect(after("abc", "e1")).toMatch(/^[0-9a-f]{32}$/);
});

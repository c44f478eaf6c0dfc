import { expect, test } from "vitest";
import { DEFAULT_LIMITS, resolveLimits } from "../../../functions-app/src/contract/limits.ts";

test("without settings the documented limits hold", () => {
  expect(resolveLimits({})).toEqual(DEFAULT_LIMITS);
  expect(DEFAULT_LIMITS).toMatchObject({ bodyBytes: 104_857_600, steps: 1000, stepTimeoutMs: 1_800_000 });
});

test.each([
  ["90", 90_000],
  ["0.5", 500],
  ["01:02:03", 3_723_000],
  ["none", null],
])("SAME_STEP_TIMEOUT=%s is %s ms", (text, stepTimeoutMs) => {
  expect(resolveLimits({ SAME_STEP_TIMEOUT: text })).toMatchObject({ stepTimeoutMs });
});

test("on a developer's machine a step has no time limit, unless it is given one", () => {
  const env = { AZURE_FUNCTIONS_ENVIRONMENT: "Development" };
  expect(resolveLimits(env).stepTimeoutMs).toBeNull();
  expect(resolveLimits({ ...env, SAME_STEP_TIMEOUT: "60" }).stepTimeoutMs).toBe(60_000);
});

test.each([
  ["SAME_MAX_STEPS", "many"],
  ["SAME_MAX_STEPS", "0"],
  ["SAME_MAX_BODY_BYTES", "1e3"],
  ["SAME_STEP_TIMEOUT", "1:99:00"],
  ["SAME_STEP_TIMEOUT", "-1"],
  ["SAME_STEP_TIMEOUT", "999999999"],
])("%s=%s is refused by name", (name, value) => {
  expect(() => resolveLimits({ [name]: value })).toThrow(name);
});

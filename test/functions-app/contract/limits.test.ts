import { expect, test } from "vitest";
import { DEFAULT_LIMITS, resolveLimits, variableBytesFor } from "../../../functions-app/src/contract/limits.ts";

test("by default the documented limits apply", () => {
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

test("on a developer's machine a step has no time limit unless one is set", () => {
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
])("%s=%s is rejected by name", (name, value) => {
  expect(() => resolveLimits({ [name]: value })).toThrow(name);
});

const MiB = 1024 * 1024;
const machine = { memoryBytes: 2048 * MiB + 5, diskBytes: 800 * MiB };

test("a session may be as large as the machine's memory, or half of the plan's", () => {
  const env = { AZURE_FUNCTIONS_ENVIRONMENT: "Development" };
  expect(resolveLimits(env, machine).sessionBytes).toBe(2048 * MiB);
  expect(resolveLimits({}, machine).sessionBytes).toBe(400 * MiB);
  expect(resolveLimits({}, { ...machine, diskBytes: 10_000 * MiB }).sessionBytes).toBe(1024 * MiB);
  expect(resolveLimits({ SAME_MAX_SESSION_BYTES: "5" }, machine).sessionBytes).toBe(5);
});

test("a variable has upstream's limit for upstream's clients, and the session's limit for others", () => {
  const limits = resolveLimits({}, machine);
  expect(variableBytesFor(limits, true)).toBe(50_000_000);
  expect(variableBytesFor(limits, false)).toBe(400 * MiB);
  const set = resolveLimits({ SAME_SERIALISATION_MEMORY_LIMIT: "7" }, machine);
  expect([variableBytesFor(set, true), variableBytesFor(set, false)]).toEqual([7, 7]);
});

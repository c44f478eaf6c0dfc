import { expect, test } from "vitest";
import {
  activityInputForWorker,
  activityOutcome,
  unrunnableActivityOutcome,
} from "../../../../local/src/engine/activities/activity-outcome.ts";

test.each([
  ['["\\"Tokyo\\""]', '"Tokyo"'], // as the Node SDK writes it
  ['["Tokyo"]', '"Tokyo"'], // as other clients do
  ['["\\"42\\""]', '"42"'],
  ['[{"a":[1,null]}]', '{"a":[1,null]}'],
  ["[false]", "false"],
  ["[0]", "0"],
  ["[null]", null],
  ["[]", null],
  [null, null],
])("the scheduled input %s reaches the handler as %s", (scheduled, text) => {
  expect(activityInputForWorker(scheduled)).toBe(text);
});

test.each(["[1,2]", '{"a":1}'])("%s is not an input of one argument", (scheduled) => {
  expect(() => activityInputForWorker(scheduled)).toThrow("one argument");
});

test.each([
  [undefined, null],
  [null, null],
  ["Hi", '"Hi"'],
  ['{"looks":"like JSON"}', '"{\\"looks\\":\\"like JSON\\"}"'],
  [0, "0"],
  [false, "false"],
  [{ a: 1 }, '{"a":1}'],
  [Buffer.from("hi"), '"aGk="'],
])("the returned value %j is stored as %s", (value, result) => {
  expect(activityOutcome("A", { kind: "returned", value })).toEqual({ kind: "completed", result });
});

test("an error becomes the extension's reason, with details that apps can parse", () => {
  const outcome = activityOutcome("A", { kind: "threw", message: "boom", stack: "Error: boom\n at x" });
  if (outcome.kind !== "failed") throw new Error("It completed.");
  expect(outcome.reason).toBe("Activity function 'A' failed:  boom");
  expect(outcome.failureDetails).toBeNull();
  expect(JSON.parse(outcome.details ?? "")).toMatchObject({
    ClassName: "System.Exception",
    Message: " boom",
    InnerException: { Message: "Result: Failure\nException: boom\nStack: Error: boom\n at x" },
  });
});

test("an error in the SDK's structured form becomes failure details only", () => {
  const message = JSON.stringify({
    errorType: "RangeError",
    errorMessage: "bad",
    isNonRetriable: true,
    properties: { code: 7 },
    innerFailure: { errorType: "Error", errorMessage: "inner" },
    stackTrace: "RangeError: bad",
  });
  expect(activityOutcome("A", { kind: "threw", message, stack: null })).toEqual({
    kind: "failed",
    reason: "Activity function 'A' failed with an unhandled exception.",
    details: null,
    failureDetails: {
      ErrorType: "RangeError",
      ErrorMessage: "bad",
      StackTrace: "RangeError: bad",
      InnerFailure: {
        ErrorType: "Error",
        ErrorMessage: "inner",
        StackTrace: null,
        InnerFailure: null,
        IsNonRetriable: false,
        Properties: null,
      },
      IsNonRetriable: true,
      Properties: { code: 7 },
    },
  });
});

test.each([
  ['{"errorType":"E"}', { ErrorType: "E", ErrorMessage: "" }],
  ['{"errorMessage":"m"}', { ErrorType: "", ErrorMessage: "m" }],
  [
    '{"errorType":"E","errorMessage":null,"innerFailure":null,"properties":null}',
    { ErrorType: "E", InnerFailure: null },
  ],
  ['{"errorType":"E"}\n    at more lines', { ErrorType: "E" }],
  ['{"errorType":"E"}\r\n    at more lines', { ErrorType: "E" }],
])("%s is a structured error", (message, expected) => {
  expect(activityOutcome("A", { kind: "threw", message, stack: null })).toMatchObject({ failureDetails: expected });
});

test.each([
  '{"errorType":"E","innerFailure":"text"}',
  '{"errorType":"E","isNonRetriable":"yes"}',
  '{"errorType":"E","properties":[1]}',
  ' {"errorType":"E"}',
  '{"errorType":"E","more":1}',
  '{"errorType":5,"errorMessage":"m"}',
  '{"errorType":"E"',
  "{}",
])("%s is an ordinary message", (message) => {
  expect(activityOutcome("A", { kind: "threw", message, stack: null })).toMatchObject({ failureDetails: null });
});

const functions = [
  { name: "SayHello", kind: "activity", isDisabled: false },
  { name: "Off", kind: "activity", isDisabled: true },
  { name: "Orch", kind: "orchestrator", isDisabled: false },
] as const;

test("a registered activity may run, and its name is case-insensitive", () => {
  expect(unrunnableActivityOutcome("SAYHELLO", functions)).toBeNull();
});

test.each([
  ["Off", "Activity function 'Off' failed: Activity function 'Off' is disabled."],
  [
    "Orch",
    "Activity function 'Orch' failed: Activity function 'Orch' does not exist. The following are the known activity functions: 'SayHello'.",
  ],
])("%s fails immediately", (name, reason) => {
  expect(unrunnableActivityOutcome(name, functions)).toMatchObject({ kind: "failed", reason, details: "" });
});

test("an app without activities is reported as such", () => {
  expect(unrunnableActivityOutcome("A", [])).toMatchObject({
    reason: expect.stringContaining("No activity functions are currently registered!"),
  });
});

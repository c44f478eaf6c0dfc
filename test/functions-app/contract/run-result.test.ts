import { expect, test } from "vitest";
import { parseStepFailure, stepFailureText } from "../../../functions-app/src/contract/run-result.ts";

test("the failure of a step is parsed from Durable's error message", () => {
  const traceback = 'Traceback (most recent call last):\n  File "<b>", line 1\nValueError: no\n\nreally';
  const text = stepFailureText({ step: 'the "b"', type: "ValueError", message: "no\n\nreally", traceback });
  expect(parseStepFailure(`Orchestrator function 'orchestrator' failed: ${text}`)).toEqual({
    step: 'the "b"',
    summary: "ValueError: no\n\nreally",
    traceback,
  });
});

test("a failure without message and traceback is just its type", () => {
  const text = stepFailureText({ step: "a", type: "KeyError", message: "", traceback: "" });
  expect(parseStepFailure(text)).toEqual({ step: "a", summary: "KeyError", traceback: "" });
});

test("a message without a step is not parsed as a step's failure", () => {
  expect(parseStepFailure("Terminated by the user")).toBeUndefined();
});

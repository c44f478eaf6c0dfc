import { expect, test } from "vitest";
import { whyWrongResult } from "../../../toolkit/src/usecases/smoke-test.ts";

const y = { name: "y", type: "str", repr: "'1'" };

test.each([
  ["the expected result", [y], "abc", null],
  ["no y", [{ ...y, name: "x" }], "abc", "the run completed without a variable y"],
  ["another value", [{ ...y, repr: "'0'" }], "abc", "y is '0' (str) instead of '1' (str)"],
  ["another type", [{ ...y, type: "int", repr: "1" }], "abc", "y is 1 (int) instead of '1' (str)"],
  ["no session", [y], "", "the run completed without a session"],
])("%s", (_title, variables, session_context, reason) => {
  expect(whyWrongResult({ variables, session_context })).toBe(reason);
});

import { expect, test } from "vitest";
import { parseTypedJson } from "../../../inspector/src/parts/json-text.ts";

test.each([
  ["", undefined],
  ["  \n", undefined],
  ["null", null],
  ['{"a":[1]}', { a: [1] }],
  ['"text"', "text"],
])("%j is parsed as a value", (text, value) => {
  expect(parseTypedJson(text)).toEqual({ ok: true, value });
});

test("invalid JSON is reported", () => {
  const typed = parseTypedJson("{a: 1}");
  expect(typed).toEqual({ ok: false, problem: expect.stringMatching(/^Not valid JSON: /) });
});

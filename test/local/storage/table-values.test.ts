import { expect, test } from "vitest";
import { booleanValue, dateTime, numberValue, textValue } from "../../../local/src/storage/table-values.ts";

const row = {
  text: "a",
  empty: "",
  typed: { type: "String", value: "b" },
  int: { type: "Int32", value: "-1" },
  bool: { type: "Boolean", value: "false" },
  plainBool: true,
  none: null,
  time: dateTime("2026-06-24T14:02:11.1234567Z"),
};

test("columns are read with and without their type", () => {
  expect(["text", "empty", "typed", "time"].map((name) => textValue(row, name))).toEqual([
    "a",
    "",
    "b",
    "2026-06-24T14:02:11.1234567Z",
  ]);
  expect(numberValue(row, "int")).toBe(-1);
  expect([booleanValue(row, "bool"), booleanValue(row, "plainBool")]).toEqual([false, true]);
});

test("an absent column and one without value are null", () => {
  expect([textValue(row, "absent"), numberValue(row, "none"), booleanValue(row, "none")]).toEqual([null, null, null]);
});

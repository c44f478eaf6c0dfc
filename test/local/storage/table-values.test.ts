import { expect, test } from "vitest";
import { booleanValue, dateTime, numberValue, textValue } from "../../../local/src/storage/table-values.ts";

const columns = {
  text: "a",
  empty: "",
  int: -1,
  bool: false,
  long: { type: "Int64", value: "5" } as const,
  time: dateTime("2026-06-24T14:02:11.1234567Z"),
};

test("columns of any type are read as strings", () => {
  expect(Object.keys(columns).map((name) => textValue(columns, name))).toEqual([
    "a",
    "",
    "-1",
    "false",
    "5",
    "2026-06-24T14:02:11.1234567Z",
  ]);
  expect([numberValue(columns, "int"), numberValue(columns, "long")]).toEqual([-1, 5]);
  expect(booleanValue(columns, "bool")).toBe(false);
});

test("a missing column is null", () => {
  expect([textValue(columns, "x"), numberValue(columns, "x"), booleanValue(columns, "x")]).toEqual([null, null, null]);
});

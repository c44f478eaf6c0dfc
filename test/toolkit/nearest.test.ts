import { expect, test } from "vitest";
import { nearest } from "../../toolkit/src/nearest.ts";

test.each([
  ["statsu", "status"],
  ["dwon", "down"],
  ["xyz", null],
])("the nearest word to %s is %s", (typed, known) => {
  expect(nearest(typed, ["status", "down", "local run"])).toBe(known);
});

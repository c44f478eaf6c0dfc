import { expect, test } from "vitest";
import { nearest } from "../../toolkit/src/nearest.ts";

test.each([
  ["statsu", "status"],
  ["dwon", "down"],
  ["xyz", null],
])("%s is nearest to %s", (typed, known) => {
  expect(nearest(typed, ["status", "down", "local run"])).toBe(known);
});

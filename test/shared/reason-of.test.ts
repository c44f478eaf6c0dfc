import { expect, test } from "vitest";
import { reasonOf } from "../../shared/src/reason-of.ts";

test("the reason of an error is its message", () => {
  expect(reasonOf(new TypeError("no such port"))).toBe("no such port");
});

test.each([
  ["refused", "refused"],
  [undefined, "undefined"],
  [new URL("http://x/"), "http://x/"],
])("the reason of a thrown %j is its string form", (thrown, reason) => {
  expect(reasonOf(thrown)).toBe(reason);
});

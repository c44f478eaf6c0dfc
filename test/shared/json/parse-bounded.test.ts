import { expect, test } from "vitest";
import { parseSentJson } from "../../../shared/src/json/parse-bounded.ts";

const SIZE = 1024 * 1024;
const nested = (depth: number, open = "[", close = "]") => open.repeat(depth) + close.repeat(depth);
const large = (json: string) => Buffer.from(json + " ".repeat(SIZE));

test.each([
  ["lists", `${nested(1001)}`],
  ["objects", nested(1001, '{"a":', "}").replace(":}", ":1}")],
  ["a list after a string", `["\\"]]]",${nested(1000)}]`],
  ["brackets that are never closed", "[".repeat(SIZE)],
])("a large body of %s is rejected from 1001 levels on", (_title, json) => {
  expect(() => parseSentJson(large(json))).toThrow("the JSON is nested more than 1000 levels deep");
});

test.each([
  ["1000 levels", nested(1000)],
  ["many adjacent lists", `[${Array(2000).fill("[[1]]").join()}]`],
  ["brackets in a string", JSON.stringify(["[".repeat(SIZE), '"{'.repeat(2000), "\\"])],
])("a large body with %s is parsed as by JSON.parse", (_title, json) => {
  expect(parseSentJson(large(json))).toEqual(JSON.parse(json));
});

test("a small body may be nested to any depth", () => {
  expect(parseSentJson(Buffer.from(nested(5000)))).toHaveLength(1);
});

test("a slice of a larger buffer is parsed on its own, as UTF-8", () => {
  expect(parseSentJson(Buffer.from('xx{"a":"ä"}yy').subarray(2, -2))).toEqual({ a: "ä" });
});

import { expect, test } from "vitest";
import { parseYaml } from "../../../toolkit/src/notebook/yaml-file.ts";

test("anchors, aliases and merges are resolved", () => {
  expect(parseYaml("\uFEFFa: &a { b: 1 }\r\nc: *a\r\n", "same.yaml").value).toEqual({ a: { b: 1 }, c: { b: 1 } });
});

const levels = "bcdefghij".split("").map((name, at) => `${name}: &${name} [${Array(9).fill(`*${"abcdefghi"[at]}`)}]\n`);

test.each([
  ["an incomplete list", "a: [", "at line 1"],
  ["a duplicate key", "a: 1\na: 2", "Map keys must be unique"],
  ["another language's tag", "a: !!python/object/apply:os.system [x]", "Unresolved tag"],
  ["aliases that grow", `a: &a [x]\n${levels.join("")}`, "Excessive alias count"],
  ["two documents", "a: 1\n---\na: 2", "a second document, at line 2"],
  ["endlessly nested lists", "[".repeat(20_000), "is not valid YAML"],
])("%s is an error in the file", (_title, text, message) => {
  expect(() => parseYaml(text, "same.yaml")).toThrow(message);
});

test.each([
  [[], 1],
  [["a"], 2],
  [["a", "b"], 3],
  [["a", "b", 1], 5],
  [["a", "b", 1, "x"], 5],
  [["a", "c", "d"], 7],
  [["a", "gone"], 2],
  [["gone"], 1],
  [["e", "f"], 8],
])("the line of %j is %s", (path, line) => {
  const text = "# 1\na:\n  b:\n  - 1\n  - { x: 2 }\n  c:\n    d: 1\ne: { f: 1 }\n";
  expect(parseYaml(text, "same.yaml").lineOf(path)).toBe(line);
});

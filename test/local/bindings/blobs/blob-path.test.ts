import { expect, test } from "vitest";
import { parseBlobPattern } from "../../../../local/src/bindings/blobs/blob-path.ts";

test.each([
  ["box", "any/name", {}],
  ["box/{name}", "a/b.txt", { name: "a/b.txt" }],
  ["box/{name}.{extension}", "a.tar.gz", { name: "a.tar", extension: "gz" }],
  ["box/in/{folder}/{name}.txt", "in/x/y.txt", { folder: "x", name: "y" }],
  ["box/{{literal}}-{name}", "{literal}-1", { name: "1" }],
  ["box/a+b(c).txt", "a+b(c).txt", {}],
])("%s matches %s", (path, blobName, captures) => {
  const { containerName, match } = parseBlobPattern(path);
  expect(containerName).toBe("box");
  expect(match(blobName)).toEqual(captures);
});

test.each([
  ["box/{name}.txt", "a.png"],
  ["box/in/{name}", "out/a"],
  ["box/a.c", "abc"],
])("%s does not match %s", (path, blobName) => {
  expect(parseBlobPattern(path).match(blobName)).toBeNull();
});

test.each([
  ["{box}/a", "must begin with the name of a container"],
  ["", "must begin with the name of a container"],
  ["box/{a", "single brace"],
  ["box/{a b}", '"{a b}" in the path'],
  ["box/{a}{a}", "twice"],
])("the path %j is rejected", (path, message) => {
  expect(() => parseBlobPattern(path)).toThrow(message);
});

test("the matching time of many parameters does not explode", () => {
  const pattern = Array.from({ length: 20 }, (_, index) => `{p${index}}-`).join("");
  expect(parseBlobPattern(`box/${pattern}end`).match("-".repeat(900))).toBeNull();
});

import { expect, test } from "vitest";
import { DEFAULT_LIMITS } from "../../../functions-app/src/contract/limits.ts";
import { parseManifest } from "../../../functions-app/src/contract/run-files.ts";

const SHA = "a".repeat(64);
const file = (path: string, more = {}) => ({ kind: "file", path, sha256: SHA, sizeBytes: 1, modifiedMs: 0, ...more });
const link = (path: string, target: string) => ({ kind: "link", path, target });
const parse = (...files: unknown[]) => parseManifest({ formatVersion: 1, files }, DEFAULT_LIMITS);

test("files, links and folders inside the workspace are accepted", () => {
  const files = [
    file("a b/ü.csv", { isExecutable: true, step: "one" }),
    link("x/y/l", "../../a b/ü.csv"),
    { kind: "folder", path: "empty" },
  ];
  expect(parse(...files)).toEqual({ formatVersion: 1, files });
});

test.each([
  "",
  "/etc/passwd",
  "../a",
  "a/../b",
  "a/./b",
  "a//b",
  "a/",
  "C:/x",
  "a\\b",
  "a\nb",
  "a\0b",
  "\ud800",
  "x".repeat(256),
  `${"d/".repeat(600)}x`,
])("the path %j is rejected", (path) => {
  expect(parse(file(path))).toMatchObject({ wrong: expect.stringContaining("files[0]"), isTooLarge: false });
});

test.each([
  ["l", "/etc/passwd"],
  ["l", "../x"],
  ["d/l", "../../x"],
  ["d/l", "x/../../../y"],
  ["d/l", ".."],
  ["l", ""],
])("the link %j to %j is rejected", (path, target) => {
  expect(parse(link(path, target))).toMatchObject({ wrong: expect.stringContaining("files[0]") });
});

test.each([[[file("a"), file("a")]], [[file("a"), file("a/b")]], [[link("a", "b"), file("a/c")]]])(
  "a path with two meanings is rejected: %j",
  (files) => {
    expect(parse(...files)).toMatchObject({ wrong: expect.stringContaining('"a"'), isTooLarge: false });
  },
);

test.each([[null], [{}], [{ formatVersion: 2, files: [] }], [{ formatVersion: 1, files: [], more: 1 }]])(
  "%j is not a manifest",
  (value) => {
    expect(parseManifest(value, DEFAULT_LIMITS)).toMatchObject({ isTooLarge: false });
  },
);

test.each([
  [{ sha256: "A".repeat(64) }],
  [{ sizeBytes: -1 }],
  [{ modifiedMs: "x" }],
  [{ isExecutable: false }],
  [{ more: 1 }],
])("a file with %j is rejected", (more) => {
  expect(parse(file("a", more))).toMatchObject({ isTooLarge: false });
});

test("the error for each limit includes its setting", () => {
  const limits = { files: 1, fileBytes: 10, workspaceBytes: 10 };
  const wrong = (...files: unknown[]) => parseManifest({ formatVersion: 1, files }, limits);
  expect(wrong(file("a"), file("b"))).toMatchObject({ wrong: expect.stringContaining("SAME_MAX_FILES") });
  expect(wrong(file("a", { sizeBytes: 11 }))).toMatchObject({ wrong: expect.stringContaining("SAME_MAX_FILE_BYTES") });
  const two = { ...limits, files: 2 };
  const files = [file("a", { sizeBytes: 6 }), file("b", { sizeBytes: 6 })];
  expect(parseManifest({ formatVersion: 1, files }, two)).toMatchObject({
    wrong: expect.stringContaining("SAME_MAX_WORKSPACE_BYTES"),
    isTooLarge: true,
  });
});

import path from "node:path";
import { compiledFolder } from "@same-kit/shared";
import { expect, test } from "vitest";

const COMPILED = path.resolve("/cache/compiled");

test.each([
  ["local run notebook.ipynb", "local-run"],
  ["local up", "local-up"],
  ["func start --port 7072", "func-start"],
  ["local status", ""],
  ["--version", ""],
  ["", ""],
  ["../.. run", ""],
])("the compiled form of `same-kit %s` is in compiled/%s", (command, folder) => {
  const args = command.split(" ");
  expect(compiledFolder({ SAME_KIT_CACHE: "/cache" }, args)).toBe(path.join(COMPILED, folder));
});

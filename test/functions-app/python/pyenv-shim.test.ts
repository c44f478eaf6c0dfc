import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, expect, test } from "vitest";
import { behindShim } from "../../../functions-app/src/python/pyenv-shim.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

let root: string;
let project: string;
let shim: string;

beforeEach(async () => {
  const folder = await makeTempDir();
  root = path.join(folder, "pyenv");
  project = path.join(folder, "project");
  shim = path.join(root, "shims", "python3");
  for (const version of ["3.11.7", "3.12.4", "my-env"]) write(path.join(root, "versions", version, "bin", "python3"));
  write(shim);
  write(path.join(project, "deep", "notebook.ipynb"));
  write(path.join(root, "version"), "3.11.7\n");
});

function write(file: string, text = ""): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

const resolve = (env: Record<string, string> = {}) =>
  behindShim(shim, { PYENV_ROOT: root, ...env }, path.join(project, "deep"));
const programOf = (version: string) => path.join(root, "versions", version, "bin", "python3");

test("a shim resolves to the version in pyenv's own file", () => {
  expect(resolve()).toBe(programOf("3.11.7"));
});

test("a .python-version of the folder, or of a parent folder, takes precedence", () => {
  write(path.join(project, ".python-version"), "# chosen\r\n  3.12.4 \r\n\n");
  expect(resolve()).toBe(programOf("3.12.4"));
  write(path.join(project, "deep", ".python-version"), "my-env");
  expect(resolve()).toBe(programOf("my-env"));
});

test("PYENV_VERSION overrides all files", () => {
  write(path.join(project, ".python-version"), "3.12.4");
  expect(resolve({ PYENV_VERSION: "my-env" })).toBe(programOf("my-env"));
});

test.each([
  ["several versions", "3.12.4\n3.11.7\n"],
  ["the system version", "system"],
  ["a short version", "3.12"],
  ["a version with its prefix", "python-3.12.4"],
  ["one that is not installed", "3.13.0"],
  ["a path", "../../elsewhere"],
  ["nothing", "\n"],
])("pyenv itself decides about %s", (_, text) => {
  write(path.join(project, ".python-version"), text);
  expect(resolve()).toBe(shim);
});

test("pyenv itself decides if it is configured for another folder", () => {
  expect(resolve({ PYENV_DIR: "/elsewhere" })).toBe(shim);
});

test("a program that is not a pyenv shim is left unchanged", () => {
  expect(behindShim("/usr/bin/python3", { PYENV_ROOT: root }, project)).toBe("/usr/bin/python3");
});

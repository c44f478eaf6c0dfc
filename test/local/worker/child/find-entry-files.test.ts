import { mkdir, symlink } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { findEntryFiles } from "../../../../local/src/worker/child/find-entry-files.ts";
import { makeTempDirWith } from "../../../helpers/temp-dir.ts";

const FILES = ["index.js", "src/a.js", "src/b/c.js", "src/b/.d.js", "src/a.test.js", "odd [name].js"];
const makeApp = () => makeTempDirWith(Object.fromEntries(FILES.map((file) => [file, ""])));

async function find(app: string, main: string): Promise<string[]> {
  const files = await findEntryFiles(app, main);
  return files.map((file) => path.relative(app, file).replaceAll("\\", "/"));
}

test.each([
  ["index.js", ["index.js"]],
  ["./index.js", ["index.js"]],
  ["odd [name].js", ["odd [name].js"]],
  ["src", ["src/a.js", "src/a.test.js", "src/b/c.js"]],
  ["src/**", ["src/a.js", "src/a.test.js", "src/b/c.js"]],
  [".\\src\\*.js", ["src/a.js", "src/a.test.js"]],
  ["src//!(*.test).js", ["src/a.js"]],
  ["src/../{index,src/a}.js", ["index.js", "src/a.js"]],
  ["src/b/.*.js", ["src/b/.d.js"]],
])("main %s matches %j", async (main, expected) => {
  expect(await find(await makeApp(), main)).toEqual(expected);
});

test("a linked folder is searched, and a circular link does not lead to an endless loop", async () => {
  const app = await makeApp();
  await mkdir(path.join(app, "dist"));
  await symlink("../src/b", path.join(app, "dist/linked"));
  await symlink("..", path.join(app, "src/b/back"));
  await symlink("nothing", path.join(app, "src/broken.js"));
  await symlink("itself.js", path.join(app, "dist/itself.js"));
  expect(await find(app, "dist/**/*.js")).toEqual([
    "dist/linked/back/a.js",
    "dist/linked/back/a.test.js",
    "dist/linked/c.js",
  ]);
  expect(await find(app, "dist/*/c.js")).toEqual(["dist/linked/c.js"]);
});

test.each([
  [
    "dist/*.js",
    'Found zero files matching the supplied pattern "dist/*.js" ("main" in package.json). Was the app built?',
  ],
  ["src/c.js", 'File does not exist: "src/c.js" ("main" in package.json). Was the app built?'],
  ["src/a", 'File does not exist: "src/a" ("main" in package.json). Write "src/a.js": the extension is needed.'],
  [
    "src/{1..100000}.js",
    '"main" in package.json, "src/{1..100000}.js", cannot be matched: "{1..100000}" stands for more than 1000 numbers. Write a simpler pattern, or the name of a folder.',
  ],
])("main %s is rejected with a reason", async (main, reason) => {
  await expect(find(await makeApp(), main)).rejects.toThrow(reason);
});

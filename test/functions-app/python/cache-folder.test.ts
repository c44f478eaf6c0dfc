import { chmodSync, mkdirSync, statSync, symlinkSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { pythonCacheFolder } from "../../../functions-app/src/python/cache-folder.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const development = { AZURE_FUNCTIONS_ENVIRONMENT: "Development", HOME: "/home/me" };

test("in the cloud the cache is always the same private folder in the temp folder", async () => {
  const tempDir = await makeTempDir();
  const folder = pythonCacheFolder({ HOME: "/home" }, tempDir);
  expect(folder).toBe(path.join(tempDir, "same-kit-cache"));
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(pythonCacheFolder({ HOME: "/home" }, tempDir)).toBe(folder);
});

test.each([
  ["a link to a folder", (folder: string, tempDir: string) => symlinkSync(tempDir, folder)],
  [
    "a folder that others can write to",
    (folder: string) => {
      mkdirSync(folder);
      chmodSync(folder, 0o777);
    },
  ],
])("in the cloud %s is not accepted as the cache", async (_what, prepare) => {
  const tempDir = await makeTempDir();
  prepare(path.join(tempDir, "same-kit-cache"), tempDir);
  const folder = pythonCacheFolder({}, tempDir);
  expect(path.basename(folder)).toMatch(/^same-kit-cache-.{6}$/);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

test.runIf(process.platform === "linux")("on a developer's machine the cache is the user's", () => {
  expect(pythonCacheFolder(development)).toBe("/home/me/.cache/same-kit/python");
  expect(pythonCacheFolder({ ...development, XDG_CACHE_HOME: "/c" })).toBe("/c/same-kit/python");
});

test("SAME_KIT_CACHE overrides it everywhere", () => {
  expect(pythonCacheFolder({ ...development, SAME_KIT_CACHE: "/x" })).toBe("/x/python");
  expect(pythonCacheFolder({ SAME_KIT_CACHE: "/x" })).toBe("/x/python");
});

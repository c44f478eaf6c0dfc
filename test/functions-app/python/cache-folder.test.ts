import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { cacheFolder } from "../../../functions-app/src/python/cache-folder.ts";

const development = { AZURE_FUNCTIONS_ENVIRONMENT: "Development", HOME: "/home/me" };

test("in the cloud only the temp folder can be written to", () => {
  expect(cacheFolder({ HOME: "/home" })).toBe(path.join(os.tmpdir(), "same-kit-cache"));
});

test.runIf(process.platform === "linux")("on a machine the cache is the user's", () => {
  expect(cacheFolder(development)).toBe("/home/me/.cache/same-kit/python");
  expect(cacheFolder({ ...development, XDG_CACHE_HOME: "/c" })).toBe("/c/same-kit/python");
});

test("SAME_CACHE_DIR decides everywhere", () => {
  expect(cacheFolder({ ...development, SAME_CACHE_DIR: "/x" })).toBe("/x");
  expect(cacheFolder({ SAME_CACHE_DIR: "/x" })).toBe("/x");
});

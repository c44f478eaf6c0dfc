import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { pythonCacheFolder } from "../../../functions-app/src/python/cache-folder.ts";

const development = { AZURE_FUNCTIONS_ENVIRONMENT: "Development", HOME: "/home/me" };

test("in the cloud only the temp folder can be written to", () => {
  expect(pythonCacheFolder({ HOME: "/home" })).toBe(path.join(os.tmpdir(), "same-kit-cache"));
});

test.runIf(process.platform === "linux")("on a machine the cache is the user's", () => {
  expect(pythonCacheFolder(development)).toBe("/home/me/.cache/same-kit/python");
  expect(pythonCacheFolder({ ...development, XDG_CACHE_HOME: "/c" })).toBe("/c/same-kit/python");
});

test("SAME_KIT_CACHE decides everywhere", () => {
  expect(pythonCacheFolder({ ...development, SAME_KIT_CACHE: "/x" })).toBe("/x/python");
  expect(pythonCacheFolder({ SAME_KIT_CACHE: "/x" })).toBe("/x/python");
});

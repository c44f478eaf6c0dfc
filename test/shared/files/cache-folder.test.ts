import path from "node:path";
import { expect, test } from "vitest";
import { cacheFolder } from "../../../shared/src/files/cache-folder.ts";

test("the cache is where the user specifies, or else where the platform keeps caches", () => {
  expect(cacheFolder({ SAME_KIT_CACHE: "/mine", XDG_CACHE_HOME: "/caches" })).toBe("/mine");
  const own = process.platform === "darwin" ? /Library\/Caches\/same-kit$/ : /^\/caches\/same-kit$/;
  expect(cacheFolder({ XDG_CACHE_HOME: "/caches" })).toMatch(own);
  expect(path.basename(cacheFolder({}))).toBe("same-kit");
});

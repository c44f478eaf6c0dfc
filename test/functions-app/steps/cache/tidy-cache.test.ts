import { expect, test } from "vitest";
import {
  CacheTidier,
  clearCache,
  removeEntry,
  summarizeCache,
  tidyCache,
} from "../../../../functions-app/src/steps/cache/tidy-cache.ts";
import { MemoryCache } from "../../../helpers/memory-cache.ts";

const NOW = new Date("2026-03-01T00:00:00.000Z");
const DAY_MS = 24 * 60 * 60 * 1000;

/** Entries by name, each with its size in bytes and the days since it was stored. */
async function cacheOf(entries: Record<string, { bytes: number; days: number; isWhole?: boolean }>) {
  const cache = new MemoryCache();
  for (const [id, { bytes, days, isWhole = true }] of Object.entries(entries)) {
    cache.now = new Date(NOW.getTime() - days * DAY_MS);
    await cache.write(`${id}/session-1.dill`, Buffer.alloc(bytes - (isWhole ? 2 : 0)));
    if (isWhole) await cache.write(`${id}/entry.json`, Buffer.from("{}"));
  }
  const left = () => [...new Set([...cache.contents.contents.keys()].map((name) => name.replace(/\/[^/]*$/, "")))];
  return { cache, left };
}

test("results over the age limit are removed, and the oldest ones over the size limit", async () => {
  const { cache, left } = await cacheOf({
    "k/a": { bytes: 40, days: 1 },
    "k/b": { bytes: 40, days: 2 },
    "l/c": { bytes: 40, days: 3 },
    "l/d": { bytes: 2, days: 40 },
  });
  await tidyCache(cache, { cacheBytes: 80, cacheDays: 30 }, NOW);
  expect(left()).toEqual(["k/a", "k/b"]);
});

test("a result that is being stored is kept, and an abandoned one is removed", async () => {
  const { cache, left } = await cacheOf({
    "k/now": { bytes: 40, days: 0, isWhole: false },
    "k/never": { bytes: 40, days: 1, isWhole: false },
  });
  await tidyCache(cache, { cacheBytes: 80, cacheDays: 30 }, NOW);
  expect(left()).toEqual(["k/now"]);
});

test("an entry is removed with its contents, and no other entry is", async () => {
  const { cache, left } = await cacheOf({ "k/a": { bytes: 4, days: 0 }, "k/ab": { bytes: 4, days: 0 } });
  await removeEntry("k/a", cache);
  expect(left()).toEqual(["k/ab"]);
});

test("the container is listed occasionally, and after much was added", async () => {
  const { cache } = await cacheOf({});
  let listed = 0;
  cache.list = async () => {
    listed += 1;
    return [];
  };
  const tidier = new CacheTidier();
  const limits = { cacheBytes: 1600, cacheDays: 30 };
  for (const sizeBytes of [1, 50, 49, 1]) await tidier.afterStoring(sizeBytes, cache, limits);
  expect(listed).toBe(2);
});

test("the cache is summarized, and cleared except for results that are being stored", async () => {
  const { cache, left } = await cacheOf({
    "k/a": { bytes: 40, days: 1 },
    "k/b": { bytes: 40, days: 3 },
    "k/now": { bytes: 10, days: 0, isWhole: false },
  });
  cache.now = NOW;
  await cache.write("latest/step.json", Buffer.from("{}"));
  expect(await summarizeCache(cache)).toEqual({
    results: 2,
    sizeBytes: 92,
    oldestAt: "2026-02-26T00:00:00.000Z",
    newestAt: "2026-02-28T00:00:00.000Z",
  });
  expect(await clearCache(cache, NOW)).toEqual({ results: 2, freedBytes: 82 });
  expect(left()).toEqual(["k/now"]);
  const empty = new MemoryCache();
  expect(await summarizeCache(empty)).toEqual({ results: 0, sizeBytes: 0, oldestAt: null, newestAt: null });
  expect(await clearCache(empty, NOW)).toEqual({ results: 0, freedBytes: 0 });
});

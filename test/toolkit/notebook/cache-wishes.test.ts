import { expect, test } from "vitest";
import { type CacheMode, withCacheWishes } from "../../../toolkit/src/notebook/cache-wishes.ts";
import { durationSeconds } from "../../../toolkit/src/notebook/cell-tags.ts";

test.each([
  ["P0D", 0],
  ["PT12H", 43_200],
  ["P1DT1M", 86_460],
  ["P1W", 604_800],
  ["P1Y2M", 425 * 86_400],
  ["PT1.5S", 1.5],
])("%s is %d seconds", (text, seconds) => {
  expect(durationSeconds(text)).toBe(seconds);
});

const TAGS = [null, "PT1H", "P0D"];

test.each<[CacheMode, (number | "any" | null)[]]>([
  ["tags", [null, 3600, null]],
  ["all", ["any", 3600, null]],
  ["none", [null, null, null]],
])("%s: which steps may come from the cache, and how old their results may be", (mode, expected) => {
  const request = { steps: TAGS.map((_, index) => ({ name: `s${index}`, code: "", sources: { "same.yaml": "" } })) };
  const steps = TAGS.map((cache, index) => {
    return { name: `s${index}`, index, code: "", cells: [], tags: [], cache, environment: null };
  });
  const wished = withCacheWishes(request, steps, { mode, notebook: "demo" });
  const ages = wished.steps.map(({ cache }) => (cache === undefined ? null : (cache.maxAgeSeconds ?? "any")));
  expect(ages).toEqual(expected);
  expect(wished.steps.every(({ cache }) => cache === undefined || cache.notebook === "demo")).toBe(true);
});

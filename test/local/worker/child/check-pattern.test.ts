import { expect, test } from "vitest";
import { findExpensivePart } from "../../../../local/src/worker/child/check-pattern.ts";

test.each([
  "dist/src/{index.js,functions/*.js}",
  "src/functions/*.js",
  "src/**/*.{js,cjs,mjs}",
  "**/functions/**/*.js",
  "{first,second}.{js,cjs}",
  "src/{a,b/{c,d}}/*.func*.js",
  "src/[a-z]*.js",
  "src/!(*.test).js",
  "src/+([0-9]).js",
  "src/{1..9}.js",
  "src/{*.a,*.b,*.c,*.d}.js",
  "an [odd { name",
])("%j can be matched", (pattern) => {
  expect(findExpensivePart(pattern)).toBeUndefined();
});

test.each([
  ["*a*a*a*a*b", "wildcards"],
  ["src/@(*a*)@(*a*).js", "wildcards"],
  ["+(a|aa)b", "repeats"],
  ["src/*(a*)b", "repeats"],
  ["+(+(a))b", "repeats"],
  ["!(+(a|aa)b)c", "repeats"],
  ["**/a/**/a/**/a/**/a", '"**"'],
  ["{a,b}".repeat(10), "braces"],
  ["{a,b}".repeat(190), "braces"],
  ["{{a,b},{c,{d,e}}}".repeat(50), "braces"],
  ["{".repeat(30_000), "characters"],
])("%.40j takes too long to match", (pattern, reason) => {
  expect(findExpensivePart(pattern)).toContain(reason);
});

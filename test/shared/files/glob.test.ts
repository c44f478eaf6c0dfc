import { globSync } from "node:fs";
import { expect, test } from "vitest";
import { compileGlob } from "../../../shared/src/index.ts";
import { makeTempDirWith } from "../../helpers/temp-dir.ts";

const FILES = [
  "index.js",
  "[odd {name",
  ".hidden.js",
  "dist/src/index.js",
  "dist/src/functions/one.js",
  "dist/src/functions/two.test.js",
  "dist/src/functions/two.js.map",
  "dist/src/.cache/three.js",
  "src/1.js",
  "src/12.mjs",
  "src/a.js",
  "src/b/c.cjs",
  "src/b/d/c.js",
  "src/a+b.js",
  "src/a|b.js",
  "src/ab,c.js",
];

// Node's own globs, which may take exponential time, agree on all of these.
test.each([
  "dist/src/{index.js,functions/*.js}",
  "dist/src/functions/*.js",
  "dist/**/*.js",
  "**/*.{js,cjs,mjs}",
  "**/functions/**/*.js",
  "**/**/c.js",
  "src/**/c.*js",
  "{dist,src}/*.{js,cjs}",
  "src/{a,b/{c,d/c}}.{js,cjs}",
  "src/[a-z]*.js",
  "src/[!a]*.js",
  "src/[[:digit:]].js",
  "src/?.js",
  "src/!(*.test).js",
  "dist/src/functions/!(*.test).js",
  "src/!(a|1).js",
  "src/+([0-9]).?(m)js",
  "src/*(a|[+]|b).js",
  "src/@(a|1).js",
  "src/{1..3}.js",
  "src/{3..1}.js",
  "src/a[+|]b.js",
  "src/{ab\\,c,a}.js",
  "src/**.js",
  "s*/*",
  "*",
  "**/.hidden.js",
  ".*.js",
  "dist/src/.cache/*",
  "[odd {name",
  "src/{a.js",
  "src/+(a.js",
  "src/{a}.js",
  "src/*(a*)b.js",
])("%j matches as in Node.js", async (pattern) => {
  const folder = await makeTempDirWith(Object.fromEntries(FILES.map((file) => [file, ""])));
  const expected = globSync(pattern, { cwd: folder }).filter((file) => FILES.includes(file));
  const { matches } = await compileGlob(pattern);
  expect(FILES.filter(matches).sort()).toEqual(expected.sort());
});

test("two stars match every file below a folder", async () => {
  const { matches, matchesHidden } = await compileGlob("**");
  expect([matches("a.js"), matches("a/b/c.js"), matches(".a/b.js"), matchesHidden]).toEqual([true, true, false, false]);
});

test("matching ignores case if the file system does", async () => {
  const { matches } = await compileGlob("Src/*.JS", { ignoreCase: true });
  expect(matches("src/a.js")).toBe(true);
});

test.each([
  `${"*a".repeat(2000)}b`,
  `${"+(a|aa)".repeat(40)}b`,
  `${"+(+(+(a*)))".repeat(40)}b`,
  `${"**/a/".repeat(100)}b`,
  `${"{a,aa}".repeat(600)}b`,
  `${"!(a*a*b)".repeat(20)}b`,
  "{".repeat(4000),
  "+(".repeat(2000),
])("a pattern that would keep Node.js busy for hours is matched in linear time (%#)", async (pattern) => {
  const { matches } = await compileGlob(pattern);
  expect(matches("a".repeat(4000))).toBe(false);
});

test.each([
  ["a".repeat(5000), "it has more than 4096 characters"],
  ["@(a|!(b))", '"!(…)" stands in it within another group'],
  ["{1..100000}", '"{1..100000}" stands for more than 1000 numbers'],
  ["+(".repeat(1200) + ")".repeat(1200), "nests too deeply"],
])("a pattern is rejected (%#)", async (pattern, reason) => {
  await expect(compileGlob(pattern)).rejects.toThrow(reason);
});

import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import type { RunFile } from "../../../../functions-app/src/contract/run-files.ts";
import { writeManifest } from "../../../../functions-app/src/steps/stored-manifest.ts";
import { listTestPythons } from "../../../helpers/pythons.ts";
import { StepRunner, variablesOf } from "../../../helpers/step-runner.ts";

const python = (await listTestPythons()).at(-1)?.executable as string;

type Files = Readonly<Record<string, string>>;

/**
 * One app with its cache; each call of `run` is another run of a notebook with steps.
 *
 * @param areInline - Whether the client's files are in the manifest, as small ones are, or blobs.
 */
async function openApp({ areInline = true } = {}) {
  const runner = await StepRunner.start({ python });
  let count = 0;
  const send = async (files: Files) => {
    const inline = new Map<string, Buffer>();
    const entries = Object.entries(files).map(async ([path, text]): Promise<RunFile> => {
      const sha256 = createHash("sha256").update(text).digest("hex");
      if (areInline) inline.set(sha256, Buffer.from(text));
      else await runner.blobs.saveFile(runner.instanceId, sha256, Buffer.from(text));
      return { kind: "file", path, sha256, sizeBytes: text.length, modifiedMs: 0 };
    });
    const manifest = writeManifest({ files: await Promise.all(entries), inline });
    return runner.blobs.save(runner.instanceId, "files", manifest);
  };
  const run = async (steps: readonly string[][], files: Files = {}, numberOf = (index: number) => index + 1) => {
    runner.instanceId = `run-${++count}`;
    runner.session = undefined;
    runner.files = Object.keys(files).length === 0 ? undefined : await send(files);
    const results = [];
    for (const [index, sources] of steps.entries()) {
      const cells = sources.map((source, at) => ({ source, number: numberOf(at) }));
      const options = { name: `same_step_00${index}`, isLast: index === steps.length - 1, cache: {} };
      const result = await runner.runCells(cells, options);
      if (result.kind === "failed") throw new Error(JSON.stringify(result.failure));
      results.push(result);
    }
    return results;
  };
  return { runner, run, why: (result: Awaited<ReturnType<typeof run>>[number] | undefined) => result?.record.cache };
}

const hit = (runId: string) => ({ isHit: true, runId });
const miss = (why: string) => ({ isHit: false, why });

test.each([
  ["in the manifest", true],
  ["in blobs", false],
])("a hit restores everything as the step left it, with the client's files %s", async (_, areInline) => {
  const { runner, run, why } = await openApp({ areInline });
  const steps = [
    [
      "import os, random\nrandom.seed(3)\nseen = [random.random()]",
      "text = open('data.csv').read()\nopen('made.txt', 'w').write(text * 2)\nos.remove('old.txt')\nprint('read', text)\ntext",
    ],
    ["drawn = random.random()\nmade = open('made.txt').read()\nnames = sorted(os.listdir())"],
  ];
  const files = { "data.csv": "1,2", "old.txt": "o" };
  const [first, second] = await run(steps, files);
  expect([why(first), why(second)]).toEqual(Array(2).fill(miss("the cache has no result for it")));
  const before = await Promise.all([first, second].map((it) => runner.detailsOf(it as NonNullable<typeof it>)));
  // From now on only blobs under the new run's own name may be read.
  for (const name of [...runner.blobs.contents.keys()]) runner.blobs.contents.delete(name);

  const [again, last] = await run(steps, files, (index) => index + 11);
  expect([why(again), why(last)]).toMatchObject([hit("run-1"), hit("run-1")]);
  expect(again?.record).toMatchObject({ name: "same_step_000", output: first?.record.output, codeMs: 0 });
  expect(variablesOf(last as NonNullable<typeof last>)).toEqual(variablesOf(second as NonNullable<typeof second>));
  expect(last?.session_context).toBe(second?.session_context);
  const after = await Promise.all([again, last].map((it) => runner.detailsOf(it as NonNullable<typeof it>)));
  expect(after[0]?.cells.map(({ cell }) => cell)).toEqual([11, 12]);
  const withoutNumbers = (details: typeof before) =>
    details.map(({ cells }) => cells.map((it) => ({ ...it, cell: 0 })));
  expect(withoutNumbers(after)).toEqual(withoutNumbers(before));
  // A third run with a changed last step starts where the cached step ended.
  const [, changed] = await run([steps[0] as string[], [`${steps[1]}\nmore = drawn`]], files);
  expect(why(changed)).toEqual(miss("its code has changed"));
  expect(variablesOf(changed as NonNullable<typeof changed>)).toMatchObject({
    more: variablesOf(second as NonNullable<typeof second>)["drawn"],
    made: "'1,21,2'",
    names: "['data.csv', 'made.txt', 'same.yaml']",
  });
});

test.each<[string, string, Files, Files, ReturnType<typeof miss> | "hit"]>([
  ["a file that was read", "open('a').read()", { a: "1" }, { a: "2" }, miss("a has changed")],
  ["a file that was not read", "open('a').read()", { a: "1", b: "1" }, { a: "1", b: "2" }, "hit"],
  ["a file that was looked for", "import os\nos.path.exists('a')", {}, { a: "2" }, miss("a is new")],
  ["a file that was removed", "import pathlib\npathlib.Path('a').exists()", { a: "1" }, { z: "1" }, miss("a is gone")],
  [
    "a folder that was listed",
    "import glob\nglob.glob('d/*')",
    { "d/a": "1" },
    { "d/a": "1", "d/b": "" },
    miss("files were added to d, or removed"),
  ],
  ["another folder", "import glob\nglob.glob('d/*')", { "d/a": "1" }, { "d/a": "2", "e/b": "" }, "hit"],
  ["a file that is overwritten", "open('a', 'w').write('x')", { a: "1" }, { a: "2" }, "hit"],
  ["a file that is appended to", "open('a', 'a').write('x')", { a: "1" }, { a: "2" }, miss("a has changed")],
  ["an imported module", "import mine", { "mine.py": "x = 1" }, { "mine.py": "x = 2" }, miss("mine.py has changed")],
  [
    "a module that now hides a standard module",
    "import colorsys",
    {},
    { "colorsys.py": "" },
    miss("colorsys.py is new"),
  ],
  [
    "a file that a program may have read",
    "import os\nos.system('cat a')",
    { a: "1" },
    { a: "2" },
    miss("a has changed"),
  ],
  [
    "any file, after a program ran",
    "import os\nos.system(':')",
    { b: "1" },
    { b: "1", c: "1" },
    miss("files were added to the working directory, or removed"),
  ],
  ["a database", "import sqlite3\nsqlite3.connect('a').close()", { a: "" }, { a: "SQLite" }, miss("a has changed")],
])("%s", async (_, code, before, after, expected) => {
  const { run, why } = await openApp();
  await run([[code]], before);
  const [result] = await run([[code]], after);
  expect(why(result)).toMatchObject(expected === "hit" ? hit("run-1") : expected);
});

test("any other changed input is reported, with the most important one first", async () => {
  const { runner } = await openApp();
  const base = { name: "same_step_000", cache: {} };
  const why = async (source: string, options = {}) => {
    runner.session = undefined;
    const result = await runner.runCells([source], { ...base, ...options });
    return result.record?.cache?.why;
  };
  const two = "# Parameters\nalpha = 2";
  await why("# Parameters\nalpha = 1");
  expect(await why(two)).toBe("its parameters have changed");
  expect(await why(two, { isLast: false })).toBe("its position among the steps has changed");
  const sameYaml = "runtime_options:\n  same_env: prod";
  expect(await why(two, { isLast: false, sameYaml })).toBe("same.yaml, or a limit of the app, has changed");
  expect(await why(two, { sameYaml: "# nothing that steps see" })).toBe("all its inputs are unchanged");
});

test("a result that is too old or damaged makes the step run again", async () => {
  const { runner, run, why } = await openApp();
  await run([["a = 1"]]);
  const cached = runner.cache.blobs.contents.contents;
  const session = [...cached.keys()].find((name) => name.includes("/session-")) as string;
  cached.delete(session);
  const [damaged] = await run([["a = 1"]]);
  expect([why(damaged), variablesOf(damaged as NonNullable<typeof damaged>)]).toEqual([
    miss("its result in the cache is damaged"),
    { a: "1" },
  ]);
  expect(why((await run([["a = 1"]]))[0])).toMatchObject(hit("run-2"));
  const entry = [...cached.keys()].find((name) => name.endsWith("/entry.json")) as string;
  cached.set(entry, Buffer.from("{"));
  expect(why((await run([["a = 1"]]))[0])).toEqual(miss("its result in the cache is damaged"));
  runner.session = undefined;
  const old = await runner.runCells(["a = 1"], { name: "same_step_000", cache: { maxAgeSeconds: 1e-9 } });
  expect(old.record?.cache?.why).toMatch(/^its result of 20\S+ is too old$/);
});

test("a storage failure disables the cache, but does not fail the step", async () => {
  const { runner, run, why } = await openApp();
  const fail = async () => {
    throw new Error("HTTP 503");
  };
  runner.cache.blobs.list = fail;
  runner.cache.blobs.write = fail;
  const [result] = await run([["a = 1"]]);
  expect(why(result)).toEqual(miss("the cache could not be read (HTTP 503)"));
  expect(result?.record.warnings).toEqual(["The result could not be kept in the cache: HTTP 503"]);
});

test("a failed step is not cached, and neither is a step that does not request the cache", async () => {
  const { runner } = await openApp();
  const failed = await runner.runCells(["1 / 0"], { cache: {} });
  expect([failed.kind, failed.record?.cache]).toEqual(["failed", miss("the cache has no result for it")]);
  const plain = await runner.runCells(["a = 1"]);
  expect(plain.record).not.toHaveProperty("cache");
  expect(runner.cache.blobs.contents.contents.size).toBe(0);
});

import { execFile } from "node:child_process";
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { packageRoot } from "@same-kit/shared";
import { expect, test } from "vitest";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const run = promisify(execFile);
const MODULE = path.join(packageRoot(), "shared", "src", "loading", "require-compiled.ts");

const BUNDLE = `exports.place = () => new Error("here").stack.split("\\n")[1];
exports.file = __filename;
exports.isKnown = require.cache[__filename] === module;
exports.load = () => import("./other.mjs");`;

/** Loads the bundle in a separate process, like each start. */
async function load(
  folder: string,
  env: Record<string, string> = {},
  kept = path.join(folder, "kept"),
): Promise<Record<string, unknown>> {
  const code = `
    import { requireCompiled } from ${JSON.stringify(MODULE)};
    const { load, place, ...facts } = requireCompiled(process.argv[1], process.argv[2]);
    console.log(JSON.stringify({ ...facts, place: place?.(), other: (await load?.())?.default }));
  `;
  const args = ["--input-type=module", "--disable-warning=ExperimentalWarning", "-e", code];
  const files = [path.join(folder, "bundle.cjs"), kept];
  const { stdout } = await run(process.execPath, [...args, ...files], { env: { ...process.env, ...env } });
  return JSON.parse(stdout) as Record<string, unknown>;
}

async function makeBundle(text = BUNDLE): Promise<string> {
  const folder = await makeTempDir();
  writeFileSync(path.join(folder, "bundle.cjs"), text);
  writeFileSync(path.join(folder, "other.mjs"), "export default 'other';");
  return folder;
}

function keptIn(folder: string): string {
  const [name = "", ...others] = readdirSync(path.join(folder, "kept"));
  expect(others).toEqual([]);
  return path.join(folder, "kept", name);
}

test("a file is loaded as by require, without and with cached code", async () => {
  const folder = await makeBundle();
  const file = path.join(folder, "bundle.cjs");
  const expected = { file, isKnown: true, place: `    at exports.place (${file}:1:23)`, other: "other" };
  expect(await load(folder)).toEqual(expected);
  expect(readFileSync(keptIn(folder)).length).toBeGreaterThan(BUNDLE.length);
  expect(await load(folder)).toEqual(expected);
});

test("the first three processes extend the cached code, and later ones leave it unchanged", async () => {
  const folder = await makeBundle(`
    function later() { return [1, 2, 3].map(String).join() + "and " + process.pid; }
    exports.value = process.env.CALLS === "1" ? later() : "";`);
  const keptAfter = async (env: Record<string, string>) => {
    await load(folder, env);
    return readFileSync(keptIn(folder));
  };
  const first = await keptAfter({});
  const second = await keptAfter({ CALLS: "1" });
  expect(second.length).toBeGreaterThan(first.length);
  const third = await keptAfter({});
  expect((await keptAfter({ CALLS: "1" })).equals(third)).toBe(true);
});

test("the new content of a changed file runs", async () => {
  const folder = await makeBundle("exports.value = 1;");
  await load(folder);
  // The same length as before: V8 would accept the old cached code.
  writeFileSync(path.join(folder, "bundle.cjs"), "exports.value = 2;");
  expect(await load(folder)).toEqual({ value: 2 });
  expect(await load(folder)).toEqual({ value: 2 });
});

test("copies of a file share cached code, and each one knows its own path", async () => {
  const [folder, copy] = [await makeBundle(), await makeBundle()];
  for (const it of [folder, copy]) {
    const file = path.join(it, "bundle.cjs");
    expect(await load(it, {}, path.join(folder, "kept"))).toMatchObject({
      file,
      place: `    at exports.place (${file}:1:23)`,
      other: "other",
    });
  }
  keptIn(folder);
});

test("only the newest versions are kept", async () => {
  const folder = await makeBundle("exports.value = 1;");
  await load(folder);
  const kept = keptIn(folder);
  const stale = Array.from({ length: 20 }, (_, i) => path.join(folder, "kept", `old-${i}.bin`));
  for (const [i, file] of stale.entries()) {
    writeFileSync(file, "");
    utimesSync(file, i, i);
  }
  writeFileSync(path.join(folder, "bundle.cjs"), "exports.value = 2;");
  await load(folder);
  const left = readdirSync(path.join(folder, "kept"));
  expect(left).toHaveLength(16);
  expect(left).toEqual(expect.arrayContaining([path.basename(kept), "old-19.bin", "old-6.bin"]));
  expect(left).not.toContain("old-5.bin");
});

test.each([
  ["truncated", (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
  ["changed", (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -1), Buffer.from([bytes.at(-1)! ^ 1])])],
  ["empty", () => Buffer.alloc(0)],
])("cached code that is %s is not used, and is replaced", async (_, damage) => {
  const folder = await makeBundle("exports.value = 1;");
  await load(folder);
  const whole = readFileSync(keptIn(folder));
  writeFileSync(keptIn(folder), damage(whole));
  expect(await load(folder)).toEqual({ value: 1 });
  expect(readFileSync(keptIn(folder)).length).toBe(whole.length);
});

test("if the cache is not writable, the file is still loaded", async () => {
  const folder = await makeBundle("exports.value = 1;");
  writeFileSync(path.join(folder, "kept"), "a file");
  expect(await load(folder)).toEqual({ value: 1 });
  expect(statSync(path.join(folder, "kept")).isFile()).toBe(true);
});

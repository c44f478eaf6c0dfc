import { chmod, lstat, mkdir, readdir, readFile, readlink, symlink } from "node:fs/promises";
import path from "node:path";
import type { RunFile } from "@same-kit/functions-app/contract";
import { expect, test } from "vitest";
import { describeFile } from "../../../../toolkit/src/adapters/files/collect-files.ts";
import { applyFiles, knownAfter } from "../../../../toolkit/src/usecases/run/apply-files.ts";
import { makeTempDirWith } from "../../../helpers/temp-dir.ts";

type Texts = Readonly<Record<string, string>>;

type Case = {
  /** The files that the run began with. */
  begun?: Texts;
  /** The files in the user's folder at the end. */
  now?: Texts;
  /** The files that it created or changed. */
  made?: Texts;
  deleted?: string[];
  emptyFolders?: string[];
  prepare?: (folder: string, saved: string) => Promise<unknown>;
};

async function apply({ begun = {}, now = begun, made = {}, deleted = [], emptyFolders = [], prepare }: Case) {
  const then = await makeTempDirWith(begun);
  const known = (await Promise.all(Object.keys(begun).map((at) => describeFile(then, at)))) as RunFile[];
  const folder = await makeTempDirWith(now);
  const saved = await makeTempDirWith(made);
  await prepare?.(folder, saved);
  const names = (await readdir(saved, { recursive: true, withFileTypes: true })).filter((it) => !it.isDirectory());
  const paths = names.map((it) => path.relative(saved, path.join(it.parentPath, it.name))).sort();
  const files = paths.map((at) => ({ path: at, sizeBytes: 1, step: "one" }));
  const options = { folder, known, saved: { folder: saved, files, deleted, emptyFolders } };
  const result = await applyFiles(options);
  const read = (name: string) => readFile(path.join(folder, name), "utf8").catch(() => null);
  return { ...result, options, folder, saved, read };
}

test("new and changed files are written, and deleted ones are removed, including empty folders", async () => {
  const { applied, warnings, read, folder } = await apply({
    begun: { a: "1", "d/e/gone": "1" },
    made: { a: "2", "new/b": "3" },
    deleted: ["d/e/gone"],
  });
  expect(applied).toEqual({ folder, written: ["a", "new/b"], deleted: ["d/e/gone"], kept: [] });
  expect([await read("a"), await read("new/b"), (await readdir(folder)).sort()]).toEqual(["2", "3", ["a", "new"]]);
  expect(warnings).toEqual([]);
});

test("an empty folder is created but not listed as written, and does not replace a file", async () => {
  const { applied, warnings, folder, read } = await apply({
    now: { file: "mine" },
    emptyFolders: ["file", "made/out"],
  });
  expect(applied).toEqual({ folder, written: [], deleted: [], kept: ["file"] });
  expect([await read("file"), await readdir(path.join(folder, "made"))]).toEqual(["mine", ["out"]]);
  expect(warnings).toEqual([expect.stringContaining("the run has a folder of that name")]);
});

test("a file that changed since the run began is kept, and the warning contains both paths", async () => {
  const { warnings, read, applied, folder, saved } = await apply({
    begun: { a: "1", b: "1" },
    now: { a: "mine", b: "mine" },
    made: { a: "2" },
    deleted: ["b"],
  });
  expect([await read("a"), await read("b"), applied.kept]).toEqual(["mine", "mine", ["b", "a"]]);
  expect(warnings).toEqual([
    `${path.join(folder, "b")} was not changed: the run deleted it, but it has changed since the run began.`,
    `${path.join(folder, "a")} was not changed: it has changed since the run began; the run's own is ${path.join(saved, "a")}.`,
  ]);
});

test("a file that the run did not begin with is kept, unless it has the same content", async () => {
  const { warnings, read, applied } = await apply({ now: { a: "mine", b: "same" }, made: { a: "2", b: "same" } });
  expect([await read("a"), applied.kept, applied.written]).toEqual(["mine", ["a"], []]);
  expect(warnings).toEqual([expect.stringContaining("the run did not start with it")]);
});

test("a file that was removed in the meantime is written again, and a missing file can be deleted", async () => {
  const { warnings, read } = await apply({ begun: { a: "1", b: "1" }, now: {}, made: { a: "2" }, deleted: ["b"] });
  expect([await read("a"), warnings]).toEqual(["2", []]);
});

test("a file can become a folder, and a folder a file", async () => {
  const { read, warnings } = await apply({
    begun: { a: "1", "d/x": "1" },
    made: { "a/x": "2", d: "3" },
    deleted: ["a", "d/x"],
  });
  expect([await read("a/x"), await read("d"), warnings]).toEqual(["2", "3", []]);
});

test("a folder with other contents is not replaced by a file", async () => {
  const { read, warnings } = await apply({
    begun: { "d/x": "1" },
    now: { "d/x": "1", "d/mine": "m" },
    made: { d: "3" },
    deleted: ["d/x"],
  });
  expect([await read("d/mine"), warnings]).toEqual(["m", [expect.stringContaining("a folder is in its place")]]);
});

test("nothing is written through a link to another folder", async () => {
  const outside = await makeTempDirWith({ x: "theirs" });
  const { warnings } = await apply({
    made: { "d/x": "2", "d/y": "2" },
    prepare: (folder) => symlink(outside, path.join(folder, "d")),
  });
  expect([await readdir(outside), warnings.length]).toEqual([["x"], 2]);
});

test("links are created again, the user's permissions are kept, and the executable bit is that of the run", async () => {
  const { folder, warnings } = await apply({
    begun: { a: "1" },
    made: { a: "2" },
    prepare: async (target, saved) => {
      await chmod(path.join(target, "a"), 0o600);
      await chmod(path.join(saved, "a"), 0o755);
      await mkdir(path.join(saved, "d"));
      await symlink("../a", path.join(saved, "d", "link"));
    },
  });
  expect(warnings).toEqual([]);
  expect(await readlink(path.join(folder, "d", "link"))).toBe("../a");
  expect((await lstat(path.join(folder, "a"))).mode & 0o777).toBe(0o700);
});

test("a continued run knows which files were written, so that it may change them again", async () => {
  const { options, applied, folder } = await apply({
    begun: { a: "1", b: "1", c: "1" },
    now: { a: "1", b: "mine", c: "1" },
    made: { a: "2", b: "2" },
    deleted: ["c"],
  });
  const known = await knownAfter(options, applied);
  expect(known).toEqual([options.known[1], await describeFile(folder, "a")]);
});

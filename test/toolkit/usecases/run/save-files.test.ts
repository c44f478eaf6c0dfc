import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { saveFiles } from "../../../../toolkit/src/usecases/run/save-files.ts";
import { makeTempDir } from "../../../helpers/temp-dir.ts";

const hashOf = (text: string) => createHash("sha256").update(text).digest("hex");
const file = (at: string, content: string, more = {}) => ({
  kind: "file",
  path: at,
  sha256: hashOf(content),
  sizeBytes: content.length,
  modifiedMs: 0,
  step: "one",
  ...more,
});

/** Saves the files in an app's response; `contents` by the content that their name claims. */
async function save(files: unknown[], contents: Record<string, string>, sent: string[] = []) {
  const parent = await makeTempDir();
  const folder = path.join(parent, "files");
  const blobs = new Map(Object.entries(contents).map(([named, content]) => [`file-${hashOf(named)}.bin`, content]));
  blobs.set("run/files.json", JSON.stringify({ formatVersion: 1, files }));
  const client = {
    async *readBlob(_id: string, name: string) {
      yield Buffer.from(blobs.get(name) ?? "");
    },
  };
  const manifest = { container: "c", name: "run/files.json", sizeBytes: 1, sha256: "" };
  const { signal } = new AbortController();
  const saved = await saveFiles({ client, id: "run", manifest, folder, sent, signal });
  return { ...saved, parent, read: (name: string) => readFile(path.join(folder, name), "utf8") };
}

test("files made or changed by a step are saved, and other files are not", async () => {
  const { files, read, folder } = await save([file("d/a", "A"), { ...file("b", "B"), step: undefined }], { A: "A" });
  expect(files).toEqual([{ path: "d/a", sizeBytes: 1, step: "one" }]);
  expect([await read("d/a"), await readdir(folder as string)]).toEqual(["A", ["d"]]);
});

test("files that the run began with but its last step lacks are listed as deleted", async () => {
  const { deleted } = await save([file("a", "A"), { ...file("b", "B"), step: undefined }], { A: "A" }, ["b", "c/d"]);
  expect(deleted).toEqual(["c/d"]);
});

test.each(["../a", "/tmp/a", "d/../../a"])("the path %s from an app is not written", async (at) => {
  const { files, folder, warnings, parent } = await save([file(at, "A")], { A: "A" });
  expect([files, folder, await readdir(parent)]).toEqual([[], null, []]);
  expect(warnings.join()).toContain("files[0]");
});

test("content that differs from what the step left is reported, and other files are saved", async () => {
  const { files, warnings, folder } = await save([file("a", "A"), file("b", "B")], { A: "other", B: "B" });
  expect([files.map(({ path: at }) => at), await readdir(folder as string)]).toEqual([["b"], ["b"]]);
  expect(warnings).toEqual([expect.stringContaining("its SHA-256 is ")]);
});

test("an empty folder is saved, but does not count as a file", async () => {
  const made = { kind: "folder", path: "out/empty", step: "one" };
  const { files, folder, emptyFolders, parent } = await save([made, file("out/a", "A")], { A: "A" });
  expect([files.map(({ path: at }) => at), emptyFolders]).toEqual([["out/a"], ["out/empty"]]);
  expect((await readdir(path.join(folder as string, "out"))).sort()).toEqual(["a", "empty"]);

  const alone = await save([made], {});
  expect([alone.files, alone.folder, alone.emptyFolders]).toEqual([[], null, ["out/empty"]]);
  expect(await readdir(path.join(parent, "files", "out", "empty"))).toEqual([]);
});

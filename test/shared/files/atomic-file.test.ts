import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import {
  createFolderAside,
  readJson,
  writeAside,
  writeFileAtomic,
  writeFileAtomicSync,
  writeJsonAtomic,
} from "../../../shared/src/files/atomic-file.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const modeOf = async (file: string) => (await stat(file)).mode & 0o777;

test.each([
  ["writeFileAtomic", writeFileAtomic],
  ["writeFileAtomicSync", async (file: string, content: string) => writeFileAtomicSync(file, content)],
])(
  "%s creates the folder, replaces the file with owner-only permissions and leaves no temporary file",
  async (_, write) => {
    const folder = path.join(await makeTempDir(), "new");
    const file = path.join(folder, "a.txt");
    await write(file, "one");
    await write(file, "two");
    expect(await readFile(file, "utf8")).toBe("two");
    expect(await readdir(folder)).toEqual(["a.txt"]);
    if (process.platform !== "win32") expect(await modeOf(file)).toBe(0o600);
  },
);

test("a failed write leaves the old content and no temporary file", async () => {
  const folder = await makeTempDir();
  const file = path.join(folder, "a.txt");
  await writeFile(file, "old");
  const failing = writeAside(file, async (draft) => {
    await writeFile(draft, "half");
    throw new Error("disk full");
  });
  await expect(failing).rejects.toThrow("disk full");
  expect(await readFile(file, "utf8")).toBe("old");
  expect(await readdir(folder)).toEqual(["a.txt"]);
});

test("a file is not visible to readers before it is complete", async () => {
  const folder = await makeTempDir();
  const file = path.join(folder, "a.txt");
  await writeAside(file, async (draft) => {
    await writeFile(draft, "half");
    await expect(stat(file)).rejects.toThrow("ENOENT");
    await writeFile(draft, "whole");
  });
  expect(await readFile(file, "utf8")).toBe("whole");
});

test("the first of two folders that are filled concurrently is kept, complete", async () => {
  const parent = await makeTempDir();
  const folder = path.join(parent, "packages");
  const filled = Promise.withResolvers<void>();
  const fill = (name: string, until: Promise<void>) => async (draft: string) => {
    await mkdir(draft);
    await writeFile(path.join(draft, name), "");
    await until;
  };
  const second = createFolderAside(folder, fill("second", filled.promise));
  await createFolderAside(folder, fill("first", Promise.resolve()));
  filled.resolve();
  await second;
  expect(await readdir(folder)).toEqual(["first"]);
  expect(await readdir(parent)).toEqual(["packages"]);
});

test("a folder that could not be filled does not exist", async () => {
  const parent = await makeTempDir();
  const fill = async (draft: string) => {
    await mkdir(draft);
    await writeFile(path.join(draft, "half"), "");
    throw new Error("no luck");
  };
  await expect(createFolderAside(path.join(parent, "packages"), fill)).rejects.toThrow("no luck");
  expect(await readdir(parent)).toEqual([]);
});

test("JSON is read back unchanged", async () => {
  const file = path.join(await makeTempDir(), "a.json");
  await writeJsonAtomic(file, { a: [1, null] });
  expect(await readJson(file)).toEqual({ a: [1, null] });
});

test("a missing file and a file that is not JSON are both read as undefined", async () => {
  const file = path.join(await makeTempDir(), "a.json");
  expect(await readJson(file)).toBeUndefined();
  await writeFile(file, '{"a":');
  expect(await readJson(file)).toBeUndefined();
});

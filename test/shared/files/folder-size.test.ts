import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { folderSize } from "../../../shared/src/files/folder-size.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

test("the size of a folder includes all files below it", async () => {
  const folder = await makeTempDir();
  await mkdir(path.join(folder, "deep", "er"), { recursive: true });
  await writeFile(path.join(folder, "a"), "12345");
  await writeFile(path.join(folder, "deep", "er", "b"), "678");
  expect(await folderSize(folder)).toBe(8);
});

test("a folder that does not exist has size zero", async () => {
  expect(await folderSize(path.join(await makeTempDir(), "none"))).toBe(0);
});

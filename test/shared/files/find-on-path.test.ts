import { chmod, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { findOnPath } from "../../../shared/src/files/find-on-path.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const isWindows = process.platform === "win32";
const fileName = isWindows ? "tool.exe" : "tool";

async function makeFolder(mode: number): Promise<string> {
  const folder = await makeTempDir();
  await writeFile(path.join(folder, fileName), "");
  await chmod(path.join(folder, fileName), mode);
  return folder;
}

test("programs are found in the order of PATH", async () => {
  const [first, second] = [await makeFolder(0o755), await makeFolder(0o755)];
  const env = { PATH: ["/nowhere", second, "", first].join(path.delimiter) };
  expect(findOnPath("tool", env)).toEqual([path.join(second, fileName), path.join(first, fileName)]);
});

test("folders and files that are not executable are not programs", async () => {
  const withFolder = await makeTempDir();
  await mkdir(path.join(withFolder, fileName));
  const folders = isWindows ? [withFolder] : [withFolder, await makeFolder(0o644)];
  expect(findOnPath("tool", { PATH: folders.join(path.delimiter) })).toEqual([]);
});

test("without a PATH no program is found", () => {
  expect(findOnPath("tool", {})).toEqual([]);
});

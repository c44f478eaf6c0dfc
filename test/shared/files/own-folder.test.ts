import { chmod, mkdir, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { isOwnFolder, makeOwnFolder } from "../../../shared/src/files/own-folder.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

test("a new folder is for this user only, and is accepted by the next call", async () => {
  const folder = path.join(await makeTempDir(), "own");
  await makeOwnFolder(folder);
  await makeOwnFolder(folder);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
});

test("a link to a folder of this user is rejected", async () => {
  const [target, parent] = [await makeTempDir(), await makeTempDir()];
  const link = path.join(parent, "own");
  await symlink(target, link);
  expect(await isOwnFolder(link)).toBe(false);
  await expect(makeOwnFolder(link)).rejects.toThrow("is not a folder that only this user can write to");
});

test("a folder that others can write to is rejected, and so is a file", async () => {
  const parent = await makeTempDir();
  const [open, file] = [path.join(parent, "open"), path.join(parent, "file")];
  await mkdir(open);
  await chmod(open, 0o777);
  await writeFile(file, "");
  expect([await isOwnFolder(open), await isOwnFolder(file)]).toEqual([false, false]);
});

test("another user's folder is rejected, and without user IDs any folder is accepted", async () => {
  const folder = await makeTempDir();
  const uid = (await stat(folder)).uid;
  expect([await isOwnFolder(folder, uid), await isOwnFolder(folder, uid + 1)]).toEqual([true, false]);
});

test("a missing folder is not owned", async () => {
  expect(await isOwnFolder(path.join(await makeTempDir(), "nothing"))).toBe(false);
});

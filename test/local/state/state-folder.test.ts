import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { listRunningHosts } from "../../../local/src/emulator/running-hosts.ts";
import { openStateFolder, stateFolderAt } from "../../../local/src/state/state-folder.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

test("a new folder is ignored by git and says which format it has", async () => {
  const dir = path.join(await makeTempDir(), ".same-kit");
  const folder = await openStateFolder(dir);
  expect(await readFile(path.join(dir, ".gitignore"), "utf8")).toMatch(/^\*$/m);
  expect(JSON.parse(await readFile(path.join(dir, "format.json"), "utf8"))).toEqual({ formatVersion: 1 });
  expect(folder).toEqual(stateFolderAt(dir));
});

test("opening it again keeps what the user changed", async () => {
  const dir = await makeTempDir();
  await openStateFolder(dir);
  await writeFile(path.join(dir, ".gitignore"), "*\n!runs/\n");
  await openStateFolder(dir);
  expect(await readFile(path.join(dir, ".gitignore"), "utf8")).toContain("!runs/");
});

test("a folder of a newer same-kit is refused", async () => {
  const dir = await makeTempDir();
  await writeFile(path.join(dir, "format.json"), '{"formatVersion": 2}');
  await expect(openStateFolder(dir)).rejects.toMatchObject({ code: "ERR_STATE_FORMAT" });
  await expect(listRunningHosts(dir)).rejects.toMatchObject({ code: "ERR_STATE_FORMAT" });
  expect(await readdir(dir)).toEqual(["format.json"]);
});

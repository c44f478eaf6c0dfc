import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { listRunningHosts } from "../../../local/src/emulator/running-hosts.ts";
import { openStateFolder, stateFolderAt } from "../../../local/src/state/state-folder.ts";
import { canBeOtherUser, OTHER_UID } from "../../helpers/other-user.ts";
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

describe.skipIf(process.platform === "win32")("other users of the machine", () => {
  const modeOf = async (...parts: string[]) => ((await stat(path.join(...parts))).mode & 0o777).toString(8);

  function setUmask(mask: number): void {
    const before = process.umask(mask);
    onTestFinished(() => void process.umask(before));
  }

  test.each([0o000, 0o022, 0o277])("cannot open a new folder, whatever the umask: %o", async (mask) => {
    const parent = await makeTempDir();
    setUmask(mask);
    const dir = path.join(parent, ".same-kit");
    const { azuriteDir, hostsDir } = await openStateFolder(dir);
    for (const folder of [dir, azuriteDir, hostsDir]) expect(await modeOf(folder)).toBe("700");
  });

  test("cannot open a folder that an older same-kit left open", async () => {
    const dir = path.join(await makeTempDir(), ".same-kit");
    await openStateFolder(dir);
    await mkdir(path.join(dir, "runs"));
    await writeFile(path.join(dir, "keys.json"), "{}");
    for (const name of ["", "runs", "azurite"]) await chmod(path.join(dir, name), 0o755);
    await openStateFolder(dir);
    for (const name of ["", "runs", "azurite"]) expect(await modeOf(dir, name)).toBe("700");
  });

  test("keep a folder that holds other things too, but not what is ours in it", async () => {
    const dir = await makeTempDir();
    await writeFile(path.join(dir, "notebook.ipynb"), "{}");
    await mkdir(path.join(dir, "env"));
    await chmod(dir, 0o755);
    for (let use = 1; use <= 2; use += 1) {
      await openStateFolder(dir);
      expect(await modeOf(dir)).toBe("755");
      for (const name of ["azurite", "hosts", "env"]) expect(await modeOf(dir, name)).toBe("700");
    }
  });

  // Needs root, who alone can become another user.
  test.runIf(canBeOtherUser)("who own the folder are not trusted with what is kept there", async () => {
    const dir = path.join(await makeTempDir(), ".same-kit");
    await mkdir(dir);
    await chmod(path.dirname(dir), 0o755);
    await chmod(dir, 0o777);
    process.seteuid?.(OTHER_UID);
    onTestFinished(() => process.seteuid?.(0));
    await expect(openStateFolder(dir)).rejects.toMatchObject({ code: "ERR_STATE_FOREIGN" });
  });
});

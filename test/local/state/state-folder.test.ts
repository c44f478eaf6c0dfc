import { chmod, chown, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { listRunningHosts } from "../../../local/src/emulator/running-hosts.ts";
import { openStateFolder, stateFolderAt } from "../../../local/src/state/state-folder.ts";
import { canBeOtherUser, OTHER_UID } from "../../helpers/other-user.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

test("a new folder is ignored by git and contains its format version", async () => {
  const dir = path.join(await makeTempDir(), ".same-kit");
  const folder = await openStateFolder(dir);
  expect(await readFile(path.join(dir, ".gitignore"), "utf8")).toMatch(/^\*$/m);
  expect(JSON.parse(await readFile(path.join(dir, "format.json"), "utf8"))).toEqual({ formatVersion: 1 });
  expect(folder).toEqual(stateFolderAt(dir));
});

test("reopening a folder keeps the user's changes", async () => {
  const dir = await makeTempDir();
  await openStateFolder(dir);
  await writeFile(path.join(dir, ".gitignore"), "*\n!runs/\n");
  await openStateFolder(dir);
  expect(await readFile(path.join(dir, ".gitignore"), "utf8")).toContain("!runs/");
});

test("a folder of a newer same-kit is rejected", async () => {
  const dir = await makeTempDir();
  await writeFile(path.join(dir, "format.json"), '{"formatVersion": 2}');
  await expect(openStateFolder(dir)).rejects.toMatchObject({ code: "ERR_STATE_FORMAT" });
  await expect(listRunningHosts(dir)).rejects.toMatchObject({ code: "ERR_STATE_FORMAT" });
  expect(await readdir(dir)).toEqual(["format.json"]);
});

test.skipIf(process.platform === "win32")("a dangling link is rejected with an explanation", async () => {
  const dir = path.join(await makeTempDir(), ".same-kit");
  await symlink("nothing", dir);
  await expect(openStateFolder(dir)).rejects.toMatchObject({
    code: "ERR_STATE_LINK",
    message: `${dir} is a link to a folder that does not exist.`,
  });
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

  test("cannot open a folder that an older same-kit left accessible", async () => {
    const dir = path.join(await makeTempDir(), ".same-kit");
    await openStateFolder(dir);
    await mkdir(path.join(dir, "runs"));
    await writeFile(path.join(dir, "keys.json"), "{}");
    for (const name of ["", "runs", "azurite"]) await chmod(path.join(dir, name), 0o755);
    await openStateFolder(dir);
    for (const name of ["", "runs", "azurite"]) expect(await modeOf(dir, name)).toBe("700");
  });

  test("keep access to a folder with other contents, but not to our files in it", async () => {
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

  // The rest needs root, because only root can become another user.
  const asOther = async <T>(work: () => Promise<T>): Promise<T> => {
    process.seteuid?.(OTHER_UID);
    try {
      return await work();
    } finally {
      process.seteuid?.(0);
    }
  };

  /** Like the temp folder of the machine. */
  async function makeSharedFolder(): Promise<string> {
    const shared = path.join(await makeTempDir(), "shared");
    await chmod(path.dirname(shared), 0o755);
    await mkdir(shared);
    await chmod(shared, 0o1777);
    return shared;
  }

  test.runIf(canBeOtherUser)("are not trusted with the contents of a folder that they own", async () => {
    const dir = path.join(await makeSharedFolder(), ".same-kit");
    await mkdir(dir);
    await chmod(dir, 0o777);
    // A folder owned by root would be trusted, so this one belongs to a third user.
    await chown(dir, OTHER_UID - 1, OTHER_UID - 1);
    await expect(asOther(() => openStateFolder(dir))).rejects.toMatchObject({ code: "ERR_STATE_FOREIGN" });
  });

  test.runIf(canBeOtherUser).each<[string, (dir: string) => Promise<unknown>]>([
    ["a folder", (dir) => mkdir(dir)],
    [
      "a link to a folder of theirs",
      async (dir) => [await mkdir(`${dir}-target`), await symlink(`${dir}-target`, dir)],
    ],
    ["a link to a folder of this user", (dir) => symlink(path.dirname(path.dirname(dir)), dir)],
    ["a dangling link", (dir) => symlink("nothing", dir)],
    ["a folder with other contents", async (dir) => [await mkdir(dir), await writeFile(path.join(dir, "x"), "")]],
  ])("gain nothing from placing %s in a shared folder", async (_what, lay) => {
    const dir = path.join(await makeSharedFolder(), ".same-kit");
    await asOther(() => lay(dir));
    await expect(openStateFolder(dir)).rejects.toMatchObject({ code: "ERR_STATE_FOREIGN" });
  });

  test.runIf(canBeOtherUser).each(["keys.json", "azurite", "env"])(
    "gain nothing from placing %s inside the folder",
    async (name) => {
      const dir = await makeSharedFolder();
      await asOther(() => mkdir(path.join(dir, name)));
      await expect(openStateFolder(dir)).rejects.toMatchObject({
        code: "ERR_STATE_FOREIGN",
        message: expect.stringContaining(path.join(dir, name)),
      });
    },
  );

  test.runIf(canBeOtherUser)("may have root work in their own project, as in a container", async () => {
    const project = path.join(await makeSharedFolder(), "project");
    const dir = path.join(project, ".same-kit");
    await asOther(async () => [await mkdir(project), await openStateFolder(dir)]);
    await expect(openStateFolder(dir)).resolves.toMatchObject({ dir });
  });
});

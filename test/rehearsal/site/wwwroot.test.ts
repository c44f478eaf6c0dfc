import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { beforeEach, expect, test, vi } from "vitest";
import { type StoredWwwroot, Wwwroot } from "../../../rehearsal/src/site/wwwroot.ts";
import { fakeSiteHost } from "../../helpers/fake-site-host.ts";
import { createTestSite, startTestMiniAzure, type TestMiniAzure } from "../../helpers/mini-azure.ts";
import { publish } from "../../helpers/publish.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";
import { MINIMAL_APP, makeZip } from "../../helpers/zip.ts";

beforeEach(async () => {
  vi.stubEnv("TMPDIR", await makeTempDir());
  return () => vi.unstubAllEnvs();
});

/** Publishes a package and boots it; returns the folder used by the host. */
async function bootPackage(mini: TestMiniAzure, boots: readonly { packageDir: string }[]): Promise<string> {
  const site = await createTestSite(mini);
  await publish(mini, site, await makeZip(MINIMAL_APP));
  await mini.send("GET", `https://${site.hostName}/api/initiate`);
  return boots.at(-1)?.packageDir ?? "";
}

async function readWwwroots({ folder }: { folder: string }): Promise<StoredWwwroot[]> {
  const state = JSON.parse(await readFile(path.join(folder, "mini-azure.json"), "utf8"));
  return state.wwwroots ?? [];
}

/** The state of a cloud whose process ended without cleaning up. */
async function leaveBehind(folder: string, left: string): Promise<void> {
  const mini = await startTestMiniAzure({ folder });
  await mini.stop();
  const file = path.join(folder, "mini-azure.json");
  const { pid } = spawnSync(process.execPath, ["--version"]);
  const state = JSON.parse(await readFile(file, "utf8"));
  await writeFile(file, JSON.stringify({ ...state, wwwroots: [{ folder: left, owner: { pid } }] }));
}

const modeOf = async (file: string) => ((await stat(file)).mode & 0o777).toString(8);

test("a link with a guessable name in the temp folder is neither unpacked into nor cleaned up", async () => {
  const [folder, prey] = [await makeTempDir(), await makeTempDir()];
  await mkdir(path.join(prey, "data"));
  await chmod(path.join(prey, "data"), 0o500);
  const hash = createHash("sha256").update(folder).digest("hex").slice(0, 12);
  await symlink(prey, path.join(os.tmpdir(), `same-kit-wwwroot-${hash}-${process.pid}`));
  const host = fakeSiteHost();
  const mini = await startTestMiniAzure({ folder, bootSite: host.bootSite });
  await bootPackage(mini, host.boots);
  await mini.stop();
  expect([await readdir(prey), await modeOf(path.join(prey, "data"))]).toEqual([["data"], "500"]);
});

test("packages are unpacked in a new folder for this user only, which is removed when the cloud stops", async () => {
  const host = fakeSiteHost();
  const mini = await startTestMiniAzure({ bootSite: host.bootSite });
  const packageDir = await bootPackage(mini, host.boots);
  const [wwwroot] = await readWwwroots(mini);
  const root = wwwroot?.folder ?? "";
  expect([packageDir.startsWith(`${root}${path.sep}`), await modeOf(root)]).toEqual([true, "700"]);
  await mini.stop();
  expect([existsSync(root), await readWwwroots(mini)]).toEqual([false, []]);
});

test("folders left by a dead process are removed, and those of a running one are kept", async () => {
  const folder = await makeTempDir();
  const left = path.join(os.tmpdir(), "same-kit-wwwroot-left");
  await mkdir(path.join(left, "app"), { recursive: true, mode: 0o700 });
  await chmod(path.join(left, "app"), 0o555);
  await leaveBehind(folder, left);
  const host = fakeSiteHost();
  const mini = await startTestMiniAzure({ folder, bootSite: host.bootSite });
  const packageDir = await bootPackage(mini, host.boots);
  expect([existsSync(left), existsSync(packageDir)]).toEqual([false, true]);
  expect((await readWwwroots(mini)).map((wwwroot) => wwwroot.folder)).not.toContain(left);
});

test("a link that replaced the folder of a dead process is not followed", async () => {
  const [folder, prey] = [await makeTempDir(), await makeTempDir()];
  await chmod(prey, 0o500);
  const left = path.join(os.tmpdir(), "same-kit-wwwroot-left");
  await symlink(prey, left);
  await leaveBehind(folder, left);
  const mini = await startTestMiniAzure({ folder });
  expect([await modeOf(prey), await readWwwroots(mini)]).toEqual(["500", []]);
  await chmod(prey, 0o700);
});

test("a folder that cannot be removed causes no failure, and stays on the list for the next process", async () => {
  const stored: StoredWwwroot[] = [];
  const removeFolder = async () => {
    throw new Error("ENOTEMPTY: directory not empty");
  };
  const wwwroot = new Wwwroot({ stored, save: () => {}, removeFolder });
  const place = await wwwroot.placeFor("app", "1");
  await expect(wwwroot.remove()).resolves.toBeUndefined();
  expect(stored.map(({ folder }) => place.startsWith(folder))).toEqual([true]);
});

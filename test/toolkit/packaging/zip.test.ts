import { chmod, mkdir, readFile, symlink, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { readZip } from "../../../rehearsal/src/site/read-zip.ts";
import { buildAppPackage } from "../../../toolkit/src/packaging/app-package.ts";
import { listEntries } from "../../../toolkit/src/packaging/entries.ts";
import { writeZip } from "../../../toolkit/src/packaging/zip.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

async function makeTree(files: Record<string, string>): Promise<string> {
  const dir = await makeTempDir();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(dir, name)), { recursive: true });
    await writeFile(path.join(dir, name), content);
  }
  return dir;
}

test("files have Unix modes in the zip, whatever their modes on this machine", async () => {
  const dir = await makeTree({ "main.cjs": "1", "bin/python3": "2" });
  await chmod(path.join(dir, "main.cjs"), 0o600);
  const entries = (await listEntries(dir, "")).map((it) => ({ ...it, isExecutable: it.name === "bin/python3" }));
  const { file } = await writeZip(path.join(await makeTempDir(), "app.zip"), entries);
  const unpacked = await readZip(await readFile(file));
  expect(unpacked.map(({ path: name, mode }) => [name, mode])).toEqual([
    ["bin/python3", 0o100755],
    ["main.cjs", 0o100644],
  ]);
});

test("the same files produce the same bytes, at any time and place", async () => {
  const zipOf = async (time: Date) => {
    const dir = await makeTree({ "host.json": "{}", "a/b.js": "b" });
    await utimes(path.join(dir, "host.json"), time, time);
    return writeZip(path.join(await makeTempDir(), "app.zip"), await listEntries(dir, ""));
  };
  const [first, second] = [await zipOf(new Date(0)), await zipOf(new Date())];
  expect(first.sha256).toBe(second.sha256);
  expect(first.unpackedBytes).toBe(3);
});

test("a file that disappears is an error, and leaves no incomplete zip", async () => {
  const target = path.join(await makeTempDir(), "app.zip");
  const entries = [{ name: "gone.js", source: "/nowhere/gone.js", isExecutable: false }];
  await expect(writeZip(target, entries)).rejects.toMatchObject({ code: "ENOENT" });
  await expect(readFile(target)).rejects.toMatchObject({ code: "ENOENT" });
});

test("links and unwanted folders are left out", async () => {
  const dir = await makeTree({ "lib/a.py": "", "lib/test/b.py": "" });
  await symlink("/etc/passwd", path.join(dir, "lib", "passwd"));
  const entries = await listEntries(dir, "python/", (name) => !name.endsWith("/test/"));
  expect(entries.map(({ name }) => name)).toEqual(["python/lib/a.py"]);
});

test("an app's local settings are never included", async () => {
  const appDir = await makeTree({
    "host.json": "{}",
    "local.settings.json": '{"Values":{"SECRET":"x"}}',
    ".funcignore": "",
  });
  const made = await buildAppPackage({ appDir, python: null, basePackages: [], packagesDir: await makeTempDir() });
  expect(made.entries.map(({ name }) => name)).toEqual(["host.json"]);
});

test("unchanged files are not zipped again, and changed ones produce another package next to it", async () => {
  const appDir = await makeTree({ "host.json": "{}" });
  const packagesDir = await makeTempDir();
  const pack = () => buildAppPackage({ appDir, python: null, basePackages: [], packagesDir });
  const first = await pack();
  await writeFile(first.file, "marked");
  expect(await pack()).toMatchObject({ file: first.file, sha256: first.sha256 });
  expect(await readFile(first.file, "utf8")).toBe("marked");
  await writeFile(path.join(appDir, "host.json"), '{"version":"2.0"}');
  expect((await pack()).file).not.toBe(first.file);
});

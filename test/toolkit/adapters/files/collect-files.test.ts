import { execFileSync } from "node:child_process";
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { DEFAULT_LIMITS } from "@same-kit/functions-app/contract";
import { expect, test } from "vitest";
import { collectFiles } from "../../../../toolkit/src/adapters/files/collect-files.ts";
import { makeTempDir } from "../../../helpers/temp-dir.ts";

async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = await makeTempDir();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  }
  return folder;
}

async function collect(folder: string, globs: readonly string[] | null = null, limits = {}) {
  const all = { ...DEFAULT_LIMITS, ...limits };
  const collected = await collectFiles({ folder, globs }, path.join(folder, "state"), all);
  return { ...collected, names: collected.manifest.files.map((file) => file.path) };
}

test("files of a folder are collected without those of tools and of same-kit", async () => {
  const folder = await folderWith({
    "nb.ipynb": "{}",
    "data.csv": "a",
    "lib/module.py": "",
    "lib/__pycache__/module.pyc": "",
    ".git/HEAD": "",
    ".same-kit/runs/x": "",
    "state/runs/x": "",
    ".venv/pyvenv.cfg": "",
    ".venv/bin/python": "",
    "node_modules/x/index.js": "",
    ".ipynb_checkpoints/nb.ipynb": "",
  });
  expect((await collect(folder)).names).toEqual(["data.csv", "lib/module.py", "nb.ipynb"]);
});

test("files ignored by Git are left out, with the rules of all folders up to the repository root", async () => {
  const root = await folderWith({
    ".git/info/exclude": "excluded.txt\n",
    ".gitignore": "*.log\n/nb/secret/\n",
    "nb/.gitignore": "!keep.log\nout/\n",
    "nb/a.log": "",
    "nb/keep.log": "",
    "nb/excluded.txt": "",
    "nb/secret/key": "",
    "nb/out/x": "",
    "nb/deep/.gitignore": "*.tmp\n",
    "nb/deep/x.tmp": "",
    "nb/deep/x.csv": "",
  });
  const { names } = await collect(path.join(root, "nb"));
  expect(names).toEqual([".gitignore", "deep/.gitignore", "deep/x.csv", "keep.log"]);
  // Git itself lists the same files.
  execFileSync("git", ["init", "-q", root]);
  await writeFile(path.join(root, ".git/info/exclude"), "excluded.txt\n");
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "."], { cwd: path.join(root, "nb") });
  expect(listed.toString().trim().split("\n").sort()).toEqual(names);
});

test(".sameignore excludes more files, and includes files that Git ignores", async () => {
  const folder = await folderWith({
    ".git/HEAD": "",
    ".gitignore": "*.csv\n",
    ".sameignore": "!data.csv\nbig/\n",
    "data.csv": "",
    "other.csv": "",
    "big/x": "",
  });
  expect((await collect(folder)).names).toEqual([".gitignore", ".sameignore", "data.csv"]);
});

test("--files only collects matching files, even ignored ones", async () => {
  const folder = await folderWith({
    ".git/HEAD": "",
    ".gitignore": "*.csv\n",
    "a.csv": "",
    "b.txt": "",
    "d/c.csv": "",
  });
  expect((await collect(folder, ["*.csv"])).names).toEqual(["a.csv", "d/c.csv"]);
  expect((await collect(folder, ["/*.csv"])).names).toEqual(["a.csv"]);
  expect((await collect(folder, ["d/"])).names).toEqual(["d/c.csv"]);
});

test("internal links become relative, and external links and larger files are left out with a warning", async () => {
  const folder = await folderWith({ "data/a.csv": "a", "large.bin": "123456" });
  await symlink(path.join(folder, "data", "a.csv"), path.join(folder, "data", "link"));
  await symlink("/etc/hosts", path.join(folder, "out"));
  await chmod(path.join(folder, "data", "a.csv"), 0o755);
  const { manifest, warnings, sizeBytes } = await collect(folder, null, { fileBytes: 5 });
  expect(manifest.files).toMatchObject([
    { path: "data/a.csv", sizeBytes: 1, isExecutable: true },
    { path: "data/link", kind: "link", target: "a.csv" },
  ]);
  expect(sizeBytes).toBe(1);
  expect(warnings.join()).toMatch(/large\.bin \(larger than 5 bytes\).*out \(a link that leads out/);
});

test.each([
  ["files", { files: 1 }, "SAME_MAX_FILES"],
  ["bytes", { workspaceBytes: 3 }, "SAME_MAX_WORKSPACE_BYTES"],
])("a folder with too many %s is rejected, with the alternatives", async (_, limits, setting) => {
  const folder = await folderWith({ a: "aa", b: "bb" });
  await expect(collect(folder, null, limits)).rejects.toMatchObject({
    code: "ERR_FILES_TOO_LARGE",
    message: expect.stringContaining(setting),
  });
});

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "@same-kit/shared";
import { execa } from "execa";
import { beforeAll, describe, expect, test } from "vitest";
import { dirsOfFile } from "../helpers/dirs-of-file.ts";

const tempDir = dirsOfFile();

describe("the published package, installed into an empty folder elsewhere", () => {
  let folder: string;
  let installed: string;

  beforeAll(() => {
    const packed = tempDir();
    execFileSync("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", packed], { cwd: packageRoot() });
    const { version } = JSON.parse(readFileSync(path.join(packageRoot(), "package.json"), "utf8"));
    folder = tempDir();
    writeFileSync(path.join(folder, "package.json"), '{ "private": true }');
    const tarball = path.join(packed, `same-kit-${version}.tgz`);
    execFileSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", tarball], { cwd: folder });
    installed = path.join(folder, "node_modules", "same-kit");
  });

  test.each([
    "dist/functions-app/main.cjs",
    "dist/functions-app/host.json",
    "dist/functions-app/python/packages/dill/__init__.py",
    "terraform/main.tf",
    "CHANGELOG.md",
    "README.md",
    "docs/same-yaml.md",
    "local/README.md",
  ])("holds %s", (file) => {
    expect(existsSync(path.join(installed, file))).toBe(true);
  });

  test("names no workspace package among its dependencies", () => {
    const { dependencies } = JSON.parse(readFileSync(path.join(installed, "package.json"), "utf8"));
    expect(Object.keys(dependencies).filter((name) => name.startsWith("@same-kit/"))).toEqual([]);
  });

  test("runs a notebook", async () => {
    const notebook = tempDir();
    cpSync(path.join(packageRoot(), "test", "testdata", "features", "singlestep"), notebook, { recursive: true });
    const program = path.join(folder, "node_modules", ".bin", "same-kit");
    const result = await execa(process.execPath, [program, "local", "run", notebook, "--json"], {
      cwd: folder,
      reject: false,
    });
    expect(result.exitCode, result.stderr).toBe(0);
    expect(JSON.parse(result.stdout)).toMatchObject({ status: "completed" });
  });
});

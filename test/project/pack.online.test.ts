import { execFileSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "@same-kit/shared";
import { execa } from "execa";
import { beforeAll, describe, expect, test } from "vitest";
import { dirsOfFile } from "../helpers/dirs-of-file.ts";

const tempDir = dirsOfFile();

/** The size in bytes of all files below the folder. */
function sizeOf(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, { parentPath, name }) => sum + statSync(path.join(parentPath, name)).size, 0);
}

describe("the published package, installed into an empty folder", () => {
  let folder: string;
  let installed: string;

  beforeAll(() => {
    const packed = tempDir();
    // As in the README: from another folder.
    execFileSync("npm", ["pack", packageRoot(), "--silent"], { cwd: packed });
    const { version } = JSON.parse(readFileSync(path.join(packageRoot(), "package.json"), "utf8"));
    folder = tempDir();
    writeFileSync(path.join(folder, "package.json"), '{ "private": true }');
    const tarball = path.join(packed, `same-kit-${version}.tgz`);
    execFileSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", tarball], { cwd: folder });
    installed = path.join(folder, "node_modules", "same-kit");
  });

  test.each([
    "dist/functions-app/main.cjs",
    "dist/testing/index.cjs",
    "dist/testing/index.d.mts",
    "examples/orders/test/order.test.js",
    "dist/functions-app/host.json",
    "dist/functions-app/python/packages/dill/__init__.py",
    "terraform/main.tf",
    "CHANGELOG.md",
    "README.md",
    "docs/same-yaml.md",
    "local/README.md",
  ])("contains %s", (file) => {
    expect(existsSync(path.join(installed, file))).toBe(true);
  });

  test("installs no other package, and takes less than 40 MB", () => {
    const packages = readdirSync(path.join(folder, "node_modules")).filter((name) => !name.startsWith("."));
    expect(packages).toEqual(["same-kit"]);
    expect(sizeOf(installed)).toBeLessThan(40_000_000);
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

import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "@same-kit/shared";
import { execa } from "execa";
import { beforeAll, describe, expect, test } from "vitest";
import { dirsOfFile } from "../helpers/dirs-of-file.ts";
import { isAlive } from "../helpers/is-alive.ts";
import { waitFor } from "../helpers/wait-for.ts";

// The real case: a Node below the minimum version, from npm.
const OLD_NODE = `node-${process.platform}-${process.arch}@20`;

const tempDir = dirsOfFile();

describe("the launcher, started with an old Node", () => {
  let oldNode: string;

  beforeAll(() => {
    const folder = tempDir();
    writeFileSync(path.join(folder, "package.json"), '{ "private": true }');
    execFileSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", folder, OLD_NODE]);
    oldNode = path.join(folder, "node_modules", OLD_NODE.split("@")[0] ?? "", "bin", "node");
  });

  test("starts the runtime in .runtime and passes on arguments and exit code", async () => {
    const root = checkoutWith(
      "exports.main = async (argv) => { console.log(process.versions.node, ...argv); return 7; }",
    );
    const result = await execa(oldNode, [path.join(root, "bin", "same-kit.cjs"), "a", "b c"], { reject: false });
    expect(result).toMatchObject({ exitCode: 7, stdout: `${process.versions.node} a b c` });
  });

  test("says what to do if there is no runtime", async () => {
    const root = checkoutWith("", { hasRuntime: false });
    const result = await execa(oldNode, [path.join(root, "bin", "same-kit.cjs")], { reject: false });
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain("make setup");
    expect(result.stderr).not.toContain("    at ");
  });

  test("leaves no command running after a kill -9", async () => {
    const root = checkoutWith(
      "exports.main = () => { console.log(process.pid); return new Promise((r) => setTimeout(r, 60000)); }",
    );
    const launcher = spawn(oldNode, [path.join(root, "bin", "same-kit.cjs")], { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = await new Promise<[Buffer]>((resolve) => launcher.stdout.once("data", (data) => resolve([data])));
    const pid = Number(String(line));
    launcher.kill("SIGKILL");
    await waitFor(() => !isAlive(pid));
    expect(isAlive(pid)).toBe(false);
  });
});

/** A checkout with the real launcher, and `cli` as its command. */
function checkoutWith(cli: string, { hasRuntime = true } = {}): string {
  const root = tempDir();
  cpSync(path.join(packageRoot(), "bin"), path.join(root, "bin"), { recursive: true });
  mkdirSync(path.join(root, "dist"));
  writeFileSync(path.join(root, "dist", "start.cjs"), cli);
  writeFileSync(path.join(root, "package.json"), '{ "name": "same-kit", "type": "module" }');
  writeFileSync(path.join(root, "Makefile"), "");
  if (!hasRuntime) return root;
  mkdirSync(path.join(root, ".runtime", "bin"), { recursive: true });
  symlinkSync(process.execPath, path.join(root, ".runtime", "bin", "node"));
  return root;
}

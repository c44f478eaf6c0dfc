import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { packageRoot } from "@same-kit/shared";
import { expect, onTestFinished, test } from "vitest";
import { makeTempDir } from "../helpers/temp-dir.ts";

// launcher.online.test.ts does the rest, with an old Node from npm. Here the launcher's process only claims to be one.

const OLD_NODE = 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.0.0" } });';

/** The launcher with `cli` as its command, after it has printed "ready". */
async function launch(cli: string) {
  const root = await makeTempDir();
  await cp(path.join(packageRoot(), "bin"), path.join(root, "bin"), { recursive: true });
  for (const folder of ["dist", ".runtime/bin"]) await mkdir(path.join(root, folder), { recursive: true });
  await symlink(process.execPath, path.join(root, ".runtime", "bin", "node"));
  await writeFile(path.join(root, "dist", "start.cjs"), `exports.main = () => new Promise((end) => { ${cli} });`);
  await writeFile(path.join(root, "old.cjs"), OLD_NODE);
  const args = ["--require", path.join(root, "old.cjs"), path.join(root, "bin", "same-kit.cjs")];
  // Its own process group, like a job of a shell.
  const launcher = spawn(process.execPath, args, { detached: true, stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void launcher.kill("SIGKILL"));
  const ended = once(launcher, "close");
  await once(launcher.stdout, "data");
  return { pid: launcher.pid as number, ended };
}

// The first signal ends it after a while, during which a second one would be noticed.
const COUNTS = `
  const alive = setInterval(() => {}, 1000);
  let count = 0;
  process.on("SIGINT", () => { count += 1; });
  process.once("SIGINT", () => setTimeout(() => { clearInterval(alive); end(count); }, 300));
  console.log("ready");`;

test.skipIf(process.platform === "win32").each([
  ["to the launcher only", (pid: number) => pid],
  ["to launcher and command, as from a terminal,", (pid: number) => -pid],
])("with an old Node a SIGINT %s reaches the command once", async (_, target) => {
  const { pid, ended } = await launch(COUNTS);
  process.kill(target(pid), "SIGINT");
  expect(await ended).toEqual([1, null]);
});

test.skipIf(process.platform === "win32")("a command that does not handle SIGINT is ended by it", async () => {
  const { pid, ended } = await launch('setInterval(() => {}, 1000); console.log("ready");');
  process.kill(pid, "SIGINT");
  expect(await ended).toEqual([null, "SIGINT"]);
});

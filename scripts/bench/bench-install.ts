import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { folderSize, packageRoot } from "@same-kit/shared";
import { execa } from "execa";
import { startAzurite } from "../../local/src/azurite/index.ts";
import { type Figure, figure, median, timed } from "./figure.ts";

const STARTS = 9;
const MEGABYTE = 1_000_000;

/** The size of an installation, and how soon its Azurite answers. */
export async function benchInstall(folder: string): Promise<Figure[]> {
  const project = path.join(folder, "project");
  await mkdir(project, { recursive: true });
  await writeFile(path.join(project, "package.json"), '{ "private": true }');
  const { stdout } = await execa("npm", ["pack", packageRoot(), "--silent"], { cwd: folder });
  const tarball = path.join(folder, stdout.trim().split("\n").at(-1) ?? "");
  const install = () => execa("npm", ["install", "--no-audit", "--no-fund", tarball], { cwd: project });
  const installMs = await timed(install);
  const starts: number[] = [];
  for (let i = 0; i <= STARTS; i += 1) starts.push(await startOnce(path.join(folder, "azurite", String(i))));
  return [
    figure("installed size", (await folderSize(path.join(project, "node_modules"))) / MEGABYTE, "MB", { atMost: 40 }),
    figure("npm install of the packed package", installMs / 1000, "s"),
    // The first start fills the compile cache.
    figure("Azurite: from its start to its first answer, p50", median(starts.slice(1)), "ms", { atMost: 250 }),
  ];
}

async function startOnce(azuriteDir: string): Promise<number> {
  const startedAt = performance.now();
  const azurite = await startAzurite({ azuriteDir, data: "disk" });
  await azurite.ready;
  const ms = performance.now() - startedAt;
  await azurite.stop();
  return ms;
}

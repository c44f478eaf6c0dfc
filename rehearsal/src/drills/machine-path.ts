import { chmod, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { findOnPath } from "@same-kit/shared";
import type { MachineFault, Tool } from "./drill.ts";

const TOOLS: readonly Tool[] = ["az", "terraform", "func"];

/**
 * Creates the environment of a machine with this fault. A folder of links and stand-ins replaces the whole PATH, so
 * that a tool can be missing.
 */
export async function createMachinePath(
  folder: string,
  env: NodeJS.ProcessEnv,
  { hidden, scripts = {}, env: own = {} }: MachineFault,
): Promise<Record<string, string>> {
  const bin = path.join(folder, "bin");
  await rm(bin, { recursive: true, force: true });
  await mkdir(bin, { recursive: true });
  for (const tool of TOOLS.filter((name) => !hidden.includes(name))) {
    const [found] = findOnPath(tool, env);
    if (found !== undefined) await symlink(found, path.join(bin, tool));
  }
  for (const [tool, script] of Object.entries(scripts)) {
    await writeFile(path.join(bin, tool), `#!/bin/sh\n${script}`);
    await chmod(path.join(bin, tool), 0o755);
  }
  return { PATH: bin, ...own };
}

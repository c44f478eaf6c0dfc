import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";

/** A new folder that is removed when the current test ends. */
export async function makeTempDir(): Promise<string> {
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), "same-kit-")));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** A temporary folder with these files, by path. */
export async function makeTempDirWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await makeTempDir();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  }
  return folder;
}

import { mkdtemp, realpath, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";

/** A new folder that is removed when the current test ends. */
export async function makeTempDir(): Promise<string> {
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), "same-kit-")));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll } from "vitest";

/** Creates folders that live as long as the test file, for what `beforeAll` sets up once. */
export function dirsOfFile(): () => string {
  const made: string[] = [];
  afterAll(() => {
    for (const folder of made) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  });
  return () => {
    const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), "same-kit-")));
    made.push(folder);
    return folder;
  };
}

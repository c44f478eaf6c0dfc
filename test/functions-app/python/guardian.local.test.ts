import { execFileSync } from "node:child_process";
import { chmod, mkdir, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const MODULES = [
  path.resolve("functions-app", "src", "python", "runner"),
  path.resolve("dist", "functions-app", "python", "packages"),
];

// The first attempt to remove anything fails, as if the step had removed its own permissions, or were still writing.
const PROGRAM = `
import os, sys
sys.path[:0] = ${JSON.stringify(MODULES)}
from same_runner import guardian
tried = set()
def failing_once(real):
    def remove(path, *args, **kwargs):
        name = os.path.basename(path)
        if name not in tried:
            tried.add(name)
            raise PermissionError(13, "no", path)
        return real(path, *args, **kwargs)
    return remove
os.unlink = failing_once(os.unlink)
os.rmdir = failing_once(os.rmdir)
guardian._remove(sys.argv[1])
`;

test("files that are hard to remove are removed, and nothing outside the folder changes its permissions", async () => {
  const above = await makeTempDir();
  await chmod(above, 0o755);
  const elsewhere = path.join(above, "elsewhere.txt");
  await writeFile(elsewhere, "");
  await chmod(elsewhere, 0o644);
  const folder = path.join(above, "step");
  await mkdir(path.join(folder, "work"), { recursive: true });
  await symlink(elsewhere, path.join(folder, "work", "link"));

  execFileSync("python3", ["-c", PROGRAM, folder]);
  await expect(stat(folder)).rejects.toMatchObject({ code: "ENOENT" });
  const modes = await Promise.all([above, elsewhere].map(async (file) => (await stat(file)).mode & 0o777));
  expect(modes).toEqual([0o755, 0o644]);
});

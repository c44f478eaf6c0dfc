import { createHash } from "node:crypto";
import { chmod, copyFile, mkdir, readdir, stat, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { makeOwnFolder, writeAside } from "@same-kit/shared";

const LOADERS: Partial<Record<NodeJS.Architecture, string>> = {
  x64: "/lib64/ld-linux-x86-64.so.2",
  arm64: "/lib/ld-linux-aarch64.so.1",
};

/**
 * Ways to start the CPython in the package, best first. A package may arrive without executable bits, and in a read-only folder. Then a
 * copy below the temp folder, linked to the package's library next to it, has all of Python's features. If execution is forbidden
 * there, the system's loader can still run the original file.
 */
export async function* bundledLaunches(appPythonDir: string): AsyncGenerator<[string, ...string[]]> {
  const home = path.join(appPythonDir, "cpython");
  const program = await bundledProgram(home);
  if (program === undefined) return;
  if (((await stat(program)).mode & 0o111) !== 0) yield [program];
  const copied = await copyExecutable(home, program).catch(() => undefined);
  if (copied !== undefined) yield [copied];
  const loader = process.platform === "linux" ? LOADERS[process.arch] : undefined;
  if (loader !== undefined) yield [loader, program];
}

/** Prefers `bin/python3.12` and so on to `bin/python3`, which may be a link that the zip turned into a text file. */
async function bundledProgram(home: string): Promise<string | undefined> {
  const names = await readdir(path.join(home, "bin")).catch(() => []);
  const name = names.find((it) => /^python3\.\d+$/.test(it)) ?? names.find((it) => it === "python3");
  return name === undefined ? undefined : path.join(home, "bin", name);
}

async function copyExecutable(home: string, program: string): Promise<string> {
  const { mtimeMs, size } = await stat(program);
  const owner = process.getuid?.() ?? 0;
  // The copy of another deployment is linked to a library that is gone, so it must not be used.
  const key = createHash("sha256")
    .update(JSON.stringify([home, mtimeMs, size]))
    .digest("hex")
    .slice(0, 16);
  const folder = path.join(os.tmpdir(), `same-kit-cpython-${owner}-${key}`);
  const copy = path.join(folder, "bin", path.basename(program));
  await makeOwnFolder(folder);
  await mkdir(path.join(folder, "bin"), { recursive: true });
  await writeAside(copy, async (draft) => {
    await copyFile(program, draft);
    await chmod(draft, 0o755);
  });
  await symlink(path.join(home, "lib"), path.join(folder, "lib")).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  return copy;
}

import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { findPython, listPythons, PythonNotFoundError } from "../../../functions-app/src/python/index.ts";
import { listTestPythons } from "../../helpers/pythons.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const real = (await listTestPythons())[0]?.executable as string;

/** A folder on PATH, with programs that are shell scripts or the real Python. */
async function makeBin(programs: Record<string, string | { link: string }>): Promise<string> {
  const folder = path.join(await makeTempDir(), "bin");
  await mkdir(folder);
  for (const [name, program] of Object.entries(programs)) {
    const file = path.join(folder, name);
    if (typeof program !== "string") await symlink(program.link, file);
    else await writeFile(file, `#!/bin/sh\n${program}\n`);
    if (typeof program === "string") await chmod(file, 0o755);
  }
  return folder;
}
/** Without managed folders, only with what a test provides. */
const alone = async (env: Record<string, string>) => ({ PATH: "", HOME: await makeTempDir(), ...env });
const SHIM = "echo 'pyenv: python3: command not found' >&2; exit 127";

test("a shim without a selected version is skipped in favour of the next Python on PATH", async () => {
  const shims = await makeBin({ python3: SHIM, python: SHIM });
  const good = await makeBin({ python3: `exec ${real} "$@"` });
  const found = await findPython({ env: await alone({ PATH: `${shims}:${good}` }) });
  expect(found).toMatchObject({ origin: "PATH", executable: real, launch: [real], implementation: "CPython" });
});

test("python3 anywhere on PATH takes precedence over a python that may be Python 2", async () => {
  const old = await makeBin({ python: `echo '{"version":"2.7.18"}'` });
  const good = await makeBin({ python3: { link: real } });
  expect(await findPython({ env: await alone({ PATH: `${old}:${good}` }) })).toMatchObject({ origin: "PATH" });
});

test("an active virtual environment takes precedence over PATH, and SAME_PYTHON over both", async () => {
  const VIRTUAL_ENV = path.dirname(await makeBin({ python: { link: real } }));
  const env = await alone({ VIRTUAL_ENV, PATH: path.dirname(real) });
  expect(await findPython({ env })).toMatchObject({ origin: "VIRTUAL_ENV" });
  expect(await findPython({ env: { ...env, SAME_PYTHON: real } })).toMatchObject({ origin: "SAME_PYTHON" });
});

test("SAME_PYTHON may be a name on PATH or the folder of an environment", async () => {
  const bin = await makeBin({ python: { link: real }, mypython: { link: real } });
  const env = await alone({ PATH: bin });
  for (const SAME_PYTHON of ["mypython", path.dirname(bin)]) {
    expect(await findPython({ env: { ...env, SAME_PYTHON } })).toMatchObject({ origin: "SAME_PYTHON" });
  }
});

test("a SAME_PYTHON that does not run is an error, even if there are others", async () => {
  const env = await alone({ PATH: path.dirname(real), SAME_PYTHON: "/nowhere/python3" });
  await expect(findPython({ env })).rejects.toThrow(PythonNotFoundError);
  await expect(findPython({ env })).rejects.toThrow(/SAME_PYTHON, \/nowhere\/python3, does not run: ENOENT/);
});

test("without any Python the error lists what was tried, and why it failed", async () => {
  const PATH = await makeBin({ python3: SHIM, python: "echo hello" });
  const found = findPython({ env: await alone({ PATH }) });
  await expect(found).rejects.toThrow(/python3 does not run: pyenv: python3: command not found/);
  await expect(found).rejects.toThrow(/python does not behave like Python/);
});

test("the folders of version managers are searched, newest version first", async () => {
  const HOME = await makeTempDir();
  for (const version of ["3.9.1", "3.12.0"]) {
    const bin = path.join(HOME, ".pyenv", "versions", version, "bin");
    await mkdir(bin, { recursive: true });
    await writeFile(path.join(bin, "python"), `#!/bin/sh\nexit ${version === "3.12.0" ? 3 : 4}\n`, { mode: 0o755 });
  }
  const { usable, rejected } = await listPythons({ env: { HOME, PATH: "" } });
  expect(usable).toEqual([]);
  expect(rejected.map(({ origin, reason }) => [origin, reason])).toEqual([
    ["managed", "does not run: it ended with exit code 3"],
    ["managed", "does not run: it ended with exit code 4"],
  ]);
});

test("each Python on this machine is listed once", async () => {
  const PATH = `${await makeBin({ python3: { link: real } })}:${path.dirname(real)}`;
  const { usable } = await listPythons({ env: await alone({ PATH }) });
  expect(usable.filter(({ version }) => version === usable[0]?.version)).toHaveLength(1);
});

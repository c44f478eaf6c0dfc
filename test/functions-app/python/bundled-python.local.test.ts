import { execFileSync } from "node:child_process";
import { chmod, copyFile, mkdir, readdir, rename, symlink } from "node:fs/promises";
import path from "node:path";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { bundledLaunches } from "../../../functions-app/src/python/bundled-python.ts";
import { findPython, probeInterpreter } from "../../../functions-app/src/python/index.ts";
import { PythonRuntime } from "../../../functions-app/src/python/python-runtime.ts";
import { appPythonDir, listTestPythons } from "../../helpers/pythons.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const python = (await listTestPythons()).at(-1) ?? expect.unreachable();

// Copies of the interpreter go into the temp folder and stay there.
beforeEach(async () => {
  vi.stubEnv("TMPDIR", await makeTempDir());
  return () => vi.unstubAllEnvs();
});

/** A package with a CPython of this machine, with the layout for the cloud. */
async function makePackage(mode: number): Promise<string> {
  const question = "import sys,os;print(sys.base_prefix,os.path.realpath(sys._base_executable))";
  const [prefix = "", program = ""] = execFileSync(python.executable, ["-c", question], { encoding: "utf8" })
    .trim()
    .split(" ");
  const folder = await makeTempDir();
  const copy = path.join(folder, "cpython", "bin", `python${python.minor}`);
  await mkdir(path.dirname(copy), { recursive: true });
  await copyFile(program, copy);
  await symlink(path.join(prefix, "lib"), path.join(folder, "cpython", "lib"));
  await chmod(copy, mode);
  for (const name of ["main.py", "same_runner", "packages", "fallback"]) {
    await symlink(path.join(appPythonDir, name), path.join(folder, name));
  }
  return folder;
}

test("the package's own Python takes precedence over any other except SAME_PYTHON", async () => {
  const folder = await makePackage(0o755);
  const env = { PATH: process.env["PATH"], VIRTUAL_ENV: path.dirname(path.dirname(python.executable)) };
  const found = await findPython({ env, appPythonDir: folder });
  expect(found).toMatchObject({ origin: "bundled", version: python.version });
  expect(found.executable.startsWith(folder)).toBe(true);
  const chosen = await findPython({ env: { ...env, SAME_PYTHON: python.executable }, appPythonDir: folder });
  expect(chosen.origin).toBe("SAME_PYTHON");
});

test("a package without executable permissions runs from a copy, which can create environments", async () => {
  const folder = await makePackage(0o444);
  const found = await findPython({ env: { PATH: "" }, appPythonDir: folder });
  expect(found).toMatchObject({ origin: "bundled", version: python.version, hasVenv: python.hasVenv });
  expect(found.executable.startsWith(folder)).toBe(false);
});

test("a copy is not written through a link in the temp folder", async () => {
  const [folder, prey] = [await makePackage(0o444), await makeTempDir()];
  const launches = async () => {
    const all: string[][] = [];
    for await (const launch of bundledLaunches(folder)) all.push(launch);
    return all;
  };
  const [copied] = await launches();
  const place = path.dirname(path.dirname(copied?.[0] ?? ""));
  await rename(place, `${place}.moved`);
  await symlink(prey, place);
  expect((await launches()).flat()).not.toContain(copied?.[0]);
  expect(await readdir(prey)).toEqual([]);
});

test.runIf(process.platform === "linux")(
  "if files cannot be executed, Python is run in place by the loader",
  async () => {
    const launches = [];
    for await (const launch of bundledLaunches(await makePackage(0o444))) launches.push(launch);
    const loader = launches.at(-1) ?? expect.unreachable();
    expect(loader).toHaveLength(2);
    expect(await probeInterpreter(loader, "bundled", {})).toMatchObject({ launch: loader, version: python.version });
  },
);

test("a deployed app runs a step with the package's Python and nothing from the machine", async () => {
  const [folder, cache] = [await makePackage(0o444), await makeTempDir()];
  const runtime = new PythonRuntime({
    env: { SAME_KIT_CACHE: cache },
    appPythonDir: folder,
    tempDir: await makeTempDir(),
  });
  onTestFinished(() => runtime.stop());
  const { ready, process } = await runtime.start({
    requirements: Buffer.from("# nothing\n"),
    onLine: () => {},
    signal: new AbortController().signal,
  });
  expect(ready).toMatchObject({ version: python.version, dill: "0.4.1" });
  await process.stop();
});

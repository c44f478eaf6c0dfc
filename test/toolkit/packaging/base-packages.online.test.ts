import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { installBasePackages } from "../../../toolkit/src/packaging/base-packages.ts";
import { checkPackageSize } from "../../../toolkit/src/packaging/limits.ts";
import { CLOUD_PYTHON } from "../../../toolkit/src/packaging/python-archive.ts";
import { writeZip } from "../../../toolkit/src/packaging/zip.ts";
import { listTestPythons } from "../../helpers/pythons.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const interpreter = (await listTestPythons()).filter(({ hasVenv }) => hasVenv).at(-1)?.executable as string;

async function install(requirements: string[], cacheDir?: string) {
  return installBasePackages({
    requirements,
    pythonVersion: CLOUD_PYTHON.version,
    kind: "cloud",
    interpreter,
    cacheDir: cacheDir ?? (await makeTempDir()),
    env: process.env,
    signal: new AbortController().signal,
  });
}

const isLibrary = (name: string) => /\.so(\.\d+)*$/.test(name);
const EM_X86_64 = 0x3e;

test("numpy and pandas are available as wheels for the cloud's Python and platform, and fit every plan", async () => {
  const entries = await install(["numpy", "pandas"]);
  const names = entries.map(({ name }) => name);
  for (const name of ["numpy", "pandas", "dateutil"]) expect(names).toContain(`python/packages/${name}/__init__.py`);
  const modules = names.filter((name) => /\.cpython-\d+/.test(name));
  expect(modules.length).toBeGreaterThan(20);
  expect(modules.filter((name) => !name.includes(".cpython-312-x86_64-linux-gnu.so"))).toEqual([]);
  for (const { source } of entries.filter(({ name }) => isLibrary(name))) {
    const head = await readFile(source);
    expect([head.toString("latin1", 1, 4), head.readUInt16LE(18)]).toEqual(["ELF", EM_X86_64]);
  }
  const zip = await writeZip(path.join(await makeTempDir(), "app.zip"), entries, "fast");
  expect(zip.unpackedBytes).toBeGreaterThan(50_000_000);
  for (const plan of ["flex", "consumption", "premium"] as const) {
    expect(checkPackageSize({ ...zip, parts: {} }, plan)).toEqual([]);
  }
});

test("downloaded packages are not downloaded again", async () => {
  const cacheDir = await makeTempDir();
  const first = await install(["six==1.17.0"], cacheDir);
  const offline = { ...process.env, PIP_INDEX_URL: "http://127.0.0.1:1/simple", PIP_FIND_LINKS: "" };
  const again = await installBasePackages({
    requirements: ["six==1.17.0"],
    pythonVersion: CLOUD_PYTHON.version,
    kind: "cloud",
    interpreter,
    cacheDir,
    env: offline,
    signal: new AbortController().signal,
  });
  expect(again).toEqual(first);
});

test("a package without a wheel for the cloud is reported with pip's own message", async () => {
  await expect(install(["pywin32"])).rejects.toMatchObject({
    code: "ERR_DEPLOY_BASE_PACKAGES",
    message: expect.stringMatching(/wheels of pywin32 for Python 3\.12 on Linux x86-64.*No matching distribution/s),
  });
});

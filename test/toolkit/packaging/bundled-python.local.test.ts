import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { bundleMachinePython } from "../../../toolkit/src/packaging/bundled-python.ts";
import { layOut } from "../../../toolkit/src/packaging/lay-out.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

test("a stand-in based on this machine's Python runs from another folder, without the packages installed here", async () => {
  const { kind, version, entries } = await bundleMachinePython("python3");
  expect(kind).toBe("machine");
  expect(entries.filter(({ isExecutable }) => isExecutable).map(({ name }) => name)).toEqual([
    "python/cpython/bin/python3",
  ]);
  expect(entries.filter(({ name }) => /site-packages|__pycache__|\/test\//.test(name))).toEqual([]);
  const folder = await makeTempDir();
  await layOut(entries, folder);
  const script = "import json, sys; print(sys.prefix, '%d.%d.%d' % sys.version_info[:3])";
  const { stdout } = await execa(path.join(folder, "python", "cpython", "bin", "python3"), ["-I", "-c", script], {
    env: {},
    extendEnv: false,
  });
  expect(stdout).toBe(`${path.join(folder, "python", "cpython")} ${version}`);
});

test("a Python that does not run is reported with advice", async () => {
  await expect(bundleMachinePython("/nowhere/python3")).rejects.toMatchObject({
    code: "ERR_DEPLOY_PYTHON_UNUSABLE",
    hint: "Choose another Python with --python.",
  });
});

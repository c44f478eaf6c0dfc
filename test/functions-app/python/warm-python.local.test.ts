import { execFileSync, spawn } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { StepProcessPool } from "../../../functions-app/src/python/step-process-pool.ts";
import { dirsOfFile } from "../../helpers/dirs-of-file.ts";
import { appPythonDir, isRunning, listTestPythons } from "../../helpers/pythons.ts";
import { StepRunner } from "../../helpers/step-runner.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";
import { waitFor } from "../../helpers/wait-for.ts";

const python = (await listTestPythons()).at(-1)?.executable as string;
const ORDER = {
  name: "a",
  cells: null,
  environ: {},
  variableBytes: 1e6,
  isLast: true,
  keepsResults: false,
  warnOfForeignPackages: false,
  inlineBytes: 1_000_000,
  sessionBytes: 1_000_000,
  sessionFolder: "",
};

// Compiled once for all tests of the file.
const dirs = dirsOfFile();
let pycacheDir: string | undefined;
const pycache = () => (pycacheDir ??= dirs());

// Tiny versions of numpy and pandas, whose state and load time can be observed.
const NUMPY = `
import os
LOADED_BY = os.getpid()
class _Ones:
    def __init__(self, value): self.value = value
    def __matmul__(self, other): return _Ones(self.value * 200)
    def __getitem__(self, place): return self.value
def ones(shape): return _Ones(1.0)
__version__ = "1"
`;
// Loaded at its first use, as in numpy 2.
const NUMPY_RANDOM = `
import os
state = "as it was loaded"
def seed():
    global state
    state = "seeded in %d" % os.getpid()
`;
const PANDAS = `
import os
import numpy.random
LOADED_BY = os.getpid()
counter = []
__version__ = "2"
`;

async function openPool({ idleMs = 600_000, numpy = NUMPY } = {}) {
  const root = await makeTempDir();
  const packages = path.join(root, "site-packages");
  const tempDir = path.join(root, "steps");
  // Otherwise it is created by the first import, which counts as an installation.
  for (const folder of [path.join(packages, "__pycache__"), tempDir]) await mkdir(folder, { recursive: true });
  await mkdir(path.join(packages, "numpy"));
  writeFileSync(path.join(packages, "numpy", "__init__.py"), numpy);
  writeFileSync(path.join(packages, "numpy", "random.py"), NUMPY_RANDOM);
  writeFileSync(path.join(packages, "pandas.py"), PANDAS);
  const env = { PATH: process.env["PATH"], PYTHONPATH: packages };
  const options = { files: { folder: appPythonDir }, env, tempDir, pycacheDir: pycache(), idleMs };
  const pool = new StepProcessPool(options);
  onTestFinished(() => pool.stop());
  const environment = { name: "base", launch: [python] as const, isIsolated: false };
  const run = async (code: string, work: Readonly<Record<string, string>> = {}, how = {}) => {
    const process = pool.take(environment, how);
    const ready = await process.take();
    writeFileSync(path.join(ready.folder, "code.py"), code);
    for (const [name, text] of Object.entries(work)) writeFileSync(path.join(ready.folder, "work", name), text);
    const printed: string[] = [];
    const onPrinted = (message: object) => void ("text" in message && printed.push(String(message.text)));
    await process.run(ORDER, new AbortController().signal, onPrinted);
    const report = JSON.parse(await readFile(path.join(ready.folder, "report.json"), "utf8")) as {
      failure?: unknown;
      packages?: Record<string, string>;
    };
    await process.stop();
    return { ...report, text: printed.join("").trim(), pid: ready.pid };
  };
  const folders = () => readdirSync(tempDir).map((name) => name.replace(/-[^-]*$/, ""));
  const warm = async () => {
    pool.learn(environment, ["numpy", "pandas", "other"]);
    pool.prepareTemplate(environment);
    await waitFor(async () => (await run(BY)).text.endsWith("False"), {
      what: "a step with its packages loaded ahead",
    });
  };
  return { pool, environment, run, warm, folders, packages, tempDir };
}

// Whether the step's own process, or its guardian, loaded them.
const BY = "import os, pandas, numpy\nprint(pandas.LOADED_BY in (os.getpid(), os.getppid()))";

test("from the second run on, a step has the packages preloaded that earlier steps imported", async () => {
  const { run, warm } = await openPool();
  expect((await run(BY)).text).toBe("True");
  await warm();
  expect((await run(BY)).text).toBe("False");
});

test("an app learns from its steps which packages to preload, and preloads them after a run has ended", async () => {
  const { packages } = await openPool();
  const runner = await StepRunner.start({ python, env: { PYTHONPATH: packages } });
  const isLoadedByStep = async () => (await runner.complete(BY)).record.output.stdout;
  expect(await isLoadedByStep()).toBe("True\n");
  await waitFor(async () => (await isLoadedByStep()) === "False\n", { what: "a step with its packages loaded ahead" });
});

test("a preloaded package is only visible after a step imports it", async () => {
  const { run, warm } = await openPool();
  await warm();
  const before = await run(
    "import sys\nprint([name for name in ('numpy', 'numpy.random', 'pandas') if name in sys.modules])",
  );
  expect([before.text, before.packages]).toEqual(["[]", {}]);
  const after = await run(
    "import sys, pandas\nprint('numpy.random' in sys.modules, pandas.__spec__.origin.endswith('pandas.py'))",
  );
  expect([after.text, after.packages]).toEqual(["True True", { numpy: "1", pandas: "2" }]);
});

test.each(["pandas, numpy", "numpy.random, pandas", "numpy, sys"])(
  "steps that import %s share no state",
  async (names) => {
    const { run, warm } = await openPool();
    await warm();
    // Neither changes to a module nor the seed of numpy's generator.
    const code = `import ${names}\nstate = numpy.random.state\nimport pandas\npandas.counter.append(1)\nprint(len(pandas.counter), state)`;
    const [first, second] = [await run(code), await run(code)];
    expect([first.text, second.text].map((text) => text.slice(0, 11))).toEqual(Array(2).fill("1 seeded in"));
    expect(first.text).not.toBe(second.text);
  },
);

test("a module in the notebook's folder takes precedence over a package of the same name", async () => {
  const { run, warm } = await openPool();
  await warm();
  expect((await run("import numpy\nprint(numpy.mine)", { "numpy.py": "mine = 'own'" })).text).toBe("own");
  // As without a template: pandas also finds this module.
  expect((await run("import pandas", { "numpy.py": "" })).failure).toMatchObject({ type: "ModuleNotFoundError" });
});

test("a step that requests a plain process loads its packages itself", async () => {
  const { run, warm } = await openPool();
  await warm();
  expect((await run(BY, {}, { isPlain: true })).text).toBe("True");
});

test("after packages were installed or removed, the next step loads them again", async () => {
  const { run, warm, packages } = await openPool();
  await warm();
  writeFileSync(path.join(packages, "new.py"), "");
  writeFileSync(path.join(packages, "pandas.py"), PANDAS.replace('"2"', '"of another size"'));
  expect((await run("import pandas\nprint(pandas.__version__)")).text).toBe("of another size");
});

test("packages that do not work after a fork are loaded by each step", async () => {
  const fails = "\nimport os\n_pid = os.getpid()\ndef ones(shape):\n    os._exit(0 if os.getpid() == _pid else 3)\n";
  const { pool, environment, run } = await openPool({ numpy: NUMPY + fails });
  pool.learn(environment, ["numpy"]);
  for (let round = 0; round < 2; round += 1) {
    pool.prepareTemplate(environment);
    expect((await run(BY)).text).toBe("True");
  }
});

test("after some idle time no process is kept, and the next step starts its own", async () => {
  const { pool, environment, folders, run } = await openPool({ idleMs: 1 });
  const process = pool.take(environment);
  const { pid } = await process.take();
  expect(isRunning(pid)).toBe(true);
  pool.giveBack(environment, process);
  await waitFor(() => !isRunning(pid) && folders().length === 0, { what: "the end of what was kept ready" });
  expect((await run("print('there')")).text).toBe("there");
});

test("stopping ends the template and the spare process, and removes their folders", async () => {
  const { pool, environment, folders, warm } = await openPool();
  await warm();
  pool.prepare(environment);
  await waitFor(() => folders().length === 2, { what: "a template and a spare" });
  expect(folders().sort()).toEqual(["same-kit-step", "same-kit-warm"]);
  await pool.stop();
  expect(folders()).toEqual([]);
});

test("kill -9 of the worker leaves neither a template nor a spare process, nor their folders", async () => {
  const root = await makeTempDir();
  const tempDir = path.join(root, "steps");
  await mkdir(tempDir);
  const flags = ["--experimental-transform-types", "--no-warnings"];
  const script = "test/fixtures/processes/warm-worker.mjs";
  const worker = spawn(process.execPath, [...flags, script, appPythonDir, python, tempDir], { stdio: "inherit" });
  onTestFinished(() => void worker.kill("SIGKILL"));
  const count = () => readdirSync(tempDir).length;
  const running = () => processesNaming(tempDir);
  const hasTemplate = () => readdirSync(tempDir).some((name) => name.startsWith("same-kit-warm-"));
  await waitFor(() => hasTemplate() && count() === 2 && running().length >= 2, { what: "a template and a spare" });
  worker.kill("SIGKILL");
  await waitFor(() => count() === 0 && running().length === 0, { what: "the end of all of it" });
});

/** Processes of the runner that use a folder, by their arguments; a fork has those of its template. */
function processesNaming(folder: string): string[] {
  return execFileSync("ps", ["-eo", "pid=,args="], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes("main.py") && line.includes(folder));
}

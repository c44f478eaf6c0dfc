import { existsSync, readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type StepEnvironment, spawnGuardian } from "../../../functions-app/src/python/guardian.ts";
import { StepProcess } from "../../../functions-app/src/python/step-process.ts";
import { StepProcessPool } from "../../../functions-app/src/python/step-process-pool.ts";
import { appPythonDir, listTestPythons } from "../../helpers/pythons.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";
import { waitFor } from "../../helpers/wait-for.ts";

const python = (await listTestPythons()).at(-1)?.executable as string;
const toEnvironment = (program: string): StepEnvironment => ({ name: program, launch: [program], isIsolated: false });
const ORDER = {
  name: "a",
  cells: null,
  environ: {},
  variableBytes: 1e6,
  isLast: false,
  keepsResults: false,
  warnOfForeignPackages: false,
  inlineBytes: 1,
  sessionBytes: 1,
  sessionFolder: "",
};

async function makeOptions() {
  const root = await makeTempDir();
  const env = { PATH: process.env["PATH"] };
  return { files: { folder: appPythonDir }, env, tempDir: root, pycacheDir: path.join(root, "pycache") };
}
const folders = (tempDir: string) => readdirSync(tempDir).filter((name) => name.startsWith("same-kit-step-"));

test("a step whose time limit passes before it starts is killed like any other", async () => {
  const options = await makeOptions();
  const process = new StepProcess(spawnGuardian({ ...options, environment: toEnvironment(python) }));
  const { folder } = await process.take();
  await writeFile(path.join(folder, "code.py"), "import time\ntime.sleep(300)");
  expect(await process.run(ORDER, AbortSignal.abort(), () => {})).toMatchObject({ cause: "killed" });
  await process.stop();
  expect(existsSync(folder)).toBe(false);
});

test("a Python that fails to start is reported with its output", async () => {
  const program = path.join(await makeTempDir(), "python");
  await writeFile(program, "#!/bin/sh\necho 'broken library' >&2\nexit 5\n", { mode: 0o755 });
  const process = new StepProcess(spawnGuardian({ ...(await makeOptions()), environment: toEnvironment(program) }));
  await expect(process.take()).rejects.toMatchObject({ code: "ERR_PYTHON_START" });
  await expect(process.take()).rejects.toThrow(/exit code 5. It printed:\nbroken library/);
});

test("a prepared process is used once, and the next one is new", async () => {
  const pool = new StepProcessPool(await makeOptions());
  onTestFinished(() => pool.stop());
  pool.prepare(toEnvironment(python));
  const [first, second] = [pool.take(toEnvironment(python)), pool.take(toEnvironment(python))];
  expect(second).not.toBe(first);
  const ready = await Promise.all([first.take(), second.take()]);
  expect(new Set(ready.map(({ folder }) => folder)).size).toBe(2);
  await Promise.all([first.stop(), second.stop()]);
});

test("at most two environments have a prepared process, and stopping ends them all", async () => {
  const options = await makeOptions();
  const pool = new StepProcessPool(options);
  onTestFinished(() => pool.stop());
  const isolated = { ...toEnvironment(python), isIsolated: true };
  for (const launch of ["utf8=1", "utf8=0", "faulthandler"])
    pool.prepare({ ...isolated, launch: [python, "-X", launch] });
  await waitFor(() => folders(options.tempDir).length === 2, { what: "two ready processes" });
  await pool.stop();
  expect(folders(options.tempDir)).toEqual([]);
});

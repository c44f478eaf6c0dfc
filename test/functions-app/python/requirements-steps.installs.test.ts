import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { listTestPythons, tinyWheel } from "../../helpers/pythons.ts";
import { StepRunner, variablesOf } from "../../helpers/step-runner.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";
import { makeZip } from "../../helpers/zip.ts";

const pythons = (await listTestPythons()).filter(({ hasVenv }) => hasVenv);

async function indexOf(...versions: string[]): Promise<string> {
  const folder = await makeTempDir();
  for (const version of versions) {
    const { fileName, files } = tinyWheel("same_kit_tiny", version);
    const entries = Object.entries(files).map(([name, content]) => ({ path: name, content }));
    await writeFile(path.join(folder, fileName), await makeZip(entries));
  }
  return `--no-index\n--find-links ${folder}\n`;
}

describe.each(pythons)("Python $version", ({ executable: python }) => {
  test("concurrent runs with conflicting versions each use their own", async () => {
    const index = await indexOf("1.0", "2.0");
    const seen = await Promise.all(
      ["1.0", "2.0"].map(async (version) => {
        const runner = await StepRunner.start({ python });
        const requirements = `${index}same_kit_tiny==${version}\n`;
        await runner.complete("import same_kit_tiny", { requirements, isLast: false });
        // The imported module travels in the session.
        const result = await runner.complete("v = same_kit_tiny.VERSION", { requirements });
        expect(result.record.environment).toMatch(/^requirements:/);
        return variablesOf(result)["v"];
      }),
    );
    expect(seen).toEqual(["'1.0'", "'2.0'"]);
  });
});

test("an environment contains exactly the requirements, and dill", async () => {
  const python = pythons.at(-1)?.executable as string;
  const outside = await makeTempDir();
  await writeFile(path.join(outside, "same_kit_outside.py"), "");
  const runner = await StepRunner.start({ python, env: { PYTHONPATH: outside } });
  const code =
    "import dill, importlib.util as u\nfound = [bool(u.find_spec(n)) for n in ('same_kit_outside', 'same_kit_tiny')]";
  const requirements = `${await indexOf("1.0")}same_kit_tiny\n`;
  expect(variablesOf(await runner.complete(code, { requirements }))["found"]).toBe("[False, True]");
  expect(variablesOf(await runner.complete(code))["found"]).toBe("[True, False]");
});

import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { listTestPythons } from "../../helpers/pythons.ts";
import { StepRunner, variablesOf } from "../../helpers/step-runner.ts";

const python = (await listTestPythons()).filter(({ hasVenv }) => hasVenv).at(-1)?.executable as string;
const requirements = "numpy\npandas\n";
const [make, check] = ["make", "check"].map((name) =>
  readFileSync(`test/fixtures/notebooks/arrays-${name}.py`, "utf8"),
) as [string, string];
const start = () => StepRunner.start({ python, isLasting: true, limits: { variableBytes: 10 ** 9 } });

test("arrays and frames are in each step what they are in one notebook", async () => {
  const runner = await start();
  await runner.complete(make, { requirements, isLast: false });
  await runner.complete(check, { requirements, isLast: false });
  expect(variablesOf(await runner.complete(check, { requirements }))["result"]).toBe("'all as in one notebook'");
});

test("an array that changed is written, and no other", async () => {
  const runner = await start();
  const files = () => {
    const folder = path.join(runner.sessionsDir, "run-1");
    return readdirSync(folder).map((name) => `${name} ${statSync(path.join(folder, name)).ino}`);
  };
  const code = "import numpy as np\nall = [np.full(100_000, i) for i in range(5)]";
  await runner.complete(code, { requirements, isLast: false });
  const before = files();
  await runner.complete("s = [int(it.sum()) for it in all]", { requirements, isLast: false });
  expect(files()).toEqual(before);
  await runner.complete("all[1][7] = 99", { requirements, isLast: false });
  const added = files().filter((it) => !before.includes(it));
  expect(added).toHaveLength(1);
  expect(variablesOf(await runner.complete("t = int(all[1][7])", { requirements }))["t"]).toBe("99");
});

import { expect, test } from "vitest";
import { listTestPythons } from "../../helpers/pythons.ts";
import { StepRunner, variablesOf } from "../../helpers/step-runner.ts";

const pythons = (await listTestPythons()).filter(({ hasVenv }) => hasVenv);
const newest = pythons.at(-1)?.executable as string;
const start = () => StepRunner.start({ python: newest });

test("concurrent runs with conflicting versions of a real package each use their own", async () => {
  const seen = await Promise.all(
    ["2.9.0", "2.8.2"].map(async (version) => {
      const runner = await start();
      const requirements = `python-dateutil==${version}\n`;
      await runner.complete("import dateutil", { requirements, isLast: false });
      return variablesOf(await runner.complete("v = dateutil.__version__", { requirements }))["v"];
    }),
  );
  expect(seen).toEqual(["'2.9.0'", "'2.8.2'"]);
});

test("random-poem, upstream's own example of a requirements.txt, installs and runs", async () => {
  const runner = await start();
  const requirements = "random-poem == 1.0.1\n";
  const code = "from importlib.metadata import version\nimport random_poem\nv = version('random-poem')";
  const result = await runner.complete(code, { requirements });
  expect(variablesOf(result)["v"]).toBe("'1.0.1'");
});

test("numpy arrays and aliases of modules travel between steps", async () => {
  const runner = await start();
  const requirements = "numpy\n";
  const first =
    "import numpy as np\nfrom numpy import arange as count\na = count(6).reshape(2, 3)\nbig = np.zeros(10_000_000)";
  await runner.complete(first, { requirements, isLast: false });
  const result = await runner.complete("total = int(a.sum()) + int(np.ones(1)[0])\nkind = type(a).__name__", {
    requirements,
  });
  expect(variablesOf(result)).toMatchObject({ total: "16", kind: "'ndarray'", big: "exploded" });
  const described = result.variables?.find(({ name }) => name === "a");
  expect(described).toMatchObject({ type: "numpy.ndarray", repr: "array([[0, 1, 2],\n       [3, 4, 5]])" });
});

test("an unknown package fails the step with the last lines of pip's output", async () => {
  const { type, message } = await (await start()).fail("x = 1", { requirements: "same-kit-no-such-package==9\n" });
  expect(type).toBe("ERR_PYTHON_REQUIREMENTS");
  expect(message).toContain("No matching distribution found for same-kit-no-such-package==9");
});

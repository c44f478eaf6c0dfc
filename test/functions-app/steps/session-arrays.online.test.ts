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

test("arrays and data frames are the same in each step as in a single notebook", async () => {
  const runner = await start();
  await runner.complete(make, { requirements, isLast: false });
  await runner.complete(check, { requirements, isLast: false });
  expect(variablesOf(await runner.complete(check, { requirements }))["result"]).toBe("'all as in one notebook'");
});

test("only an array that changed is written", async () => {
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

// Each line: what the first step creates, and what the second does with it.
const CHANGES: Record<string, [string, string]> = {
  small: ["np.arange(10)", "small.sum()"],
  small_changed: ["np.arange(10)", "small_changed[3] = 9"],
  large: ["np.arange(10.0 ** 6)", "large.sum()"],
  large_changed: ["np.arange(10.0 ** 6)", "large_changed[3] = 9"],
  again: ["np.arange(10.0 ** 6)", "again = np.arange(10.0 ** 6)"],
  other_shape: ["np.arange(10.0 ** 6)", "other_shape.shape = 1000, 1000"],
  fortran: ["np.asfortranarray(np.arange(10.0 ** 6).reshape(1000, 1000))", ""],
  part: ["large_changed[500_000:]", ""],
  scalar: ["np.float32(1.5)", "scalar = scalar + 1"],
  texts: ["np.array(['a', None], dtype=object)", "texts[1] = 'b'"],
  in_a_list: ["[np.arange(3), np.ones(100_000)]", ""],
  frame: ["pd.DataFrame({'a': np.arange(200_000), 'b': np.ones(200_000), 'c': ['x'] * 200_000})", "frame.describe()"],
  small_frame: [
    "pd.DataFrame({'a': [1, 2], 't': ['x', 'y']}, index=['p', 'q'])",
    "small_frame.mean(numeric_only=True)",
  ],
  frame_cell: ["pd.DataFrame({'a': np.arange(1000.0)})", "frame_cell.loc[501, 'a'] = 0"],
  frame_column: ["pd.DataFrame({'a': np.arange(200_000), 'b': np.ones(200_000)})", "frame_column['a'] *= 2"],
  frame_rows: ["pd.DataFrame({'a': np.arange(1000)})", "frame_rows = frame_rows[:500]"],
  frame_text: ["pd.DataFrame({'t': ['x', 'y']})", "frame_text.loc[1, 't'] = 'z'"],
  series: ["pd.Series([1, 2], name='s')", "series[0] = 5"],
};

test("a changed array or data frame is distinguished from one that was only read", async () => {
  const runner = await start();
  const make = Object.entries(CHANGES).map(([name, [value]]) => `${name} = ${value}`);
  const imports = "import numpy as np, pandas as pd";
  await runner.complete([imports, ...make].join("\n"), { requirements, isLast: false });
  const change = Object.values(CHANGES).map(([, statement]) => statement);
  const second = await runner.complete(change.join("\n"), { requirements, isLast: false });
  const { crossing = [] } = await runner.detailsOf(second);
  const named = (which: boolean | null) => crossing.filter(({ changed }) => changed === which).map(({ name }) => name);
  expect({ unchanged: named(false), changed: named(true), unknown: named(null) }).toEqual({
    unchanged: ["small", "large", "again", "fortran", "in_a_list", "frame", "small_frame"],
    changed: [
      ...["small_changed", "large_changed", "other_shape", "scalar", "texts"],
      ...["frame_cell", "frame_column", "frame_rows", "frame_text", "series"],
    ],
    // It shares memory with an array that changed.
    unknown: ["part"],
  });
  // The session of a result is one pickle, but it is still compared.
  const last = await runner.complete("large[0] = 5", { requirements });
  const { crossing: left = [] } = await runner.detailsOf(last);
  expect(left.filter(({ changed }) => changed === true).map(({ name }) => name)).toEqual(["large"]);
});

test("functions imported from numpy.random use numpy's own generator, and custom generators stay separate", async () => {
  const runner = await start();
  const make =
    "from numpy.random import rand, RandomState\nimport numpy as np\nown = RandomState(1)\nnp.random.seed(2)";
  await runner.complete(make, { requirements, isLast: false });
  await runner.complete("np.random.seed(5)", { requirements, isLast: false });
  const draw =
    "first = rand()\nnp.random.seed(5)\nis_same = first == np.random.rand()\nis_own = own.rand() == RandomState(1).rand()";
  expect(variablesOf(await runner.complete(draw, { requirements }))).toMatchObject({ is_same: "True", is_own: "True" });
});

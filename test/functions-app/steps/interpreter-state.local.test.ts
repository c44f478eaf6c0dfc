import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { listTestPythons } from "../../helpers/pythons.ts";
import { type CompletedStep, StepRunner, variablesOf } from "../../helpers/step-runner.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const pythons = await listTestPythons();
const oldestAndNewest = [...new Set([pythons[0], pythons.at(-1)])].map((it) => it?.executable as string);
const python = oldestAndNewest.at(-1) as string;

/** The value of `expression` after separate steps for each source, with an empty step in between, and after one step. */
async function splitAndWhole(executable: string, sources: string[], expression: string): Promise<string[]> {
  const last = `answer = (${expression})`;
  const split = await StepRunner.start({ python: executable });
  for (const source of [...sources, "pass"]) await split.runCells([source], { isLast: false });
  const ofSplit = variablesOf((await split.runCells([last])) as CompletedStep);
  const whole = await StepRunner.start({ python: executable });
  const ofWhole = variablesOf((await whole.runCells([...sources, last])) as CompletedStep);
  return [ofSplit["answer"] as string, ofWhole["answer"] as string];
}

const STATES: [string, string[], string][] = [
  ["random", ["import random\nrandom.seed(7)\nrandom.random()"], "random.random(), random.gauss(0, 1)"],
  [
    "the environment",
    ["import os\nos.environ['NEW'] = 'x'\ndel os.environ['HOME']"],
    "os.environ['NEW'], 'HOME' in os.environ",
  ],
  [
    "the module path",
    ["import sys\nsys.path.append('/last')\nsys.path.insert(0, '/first')"],
    "sys.path[0], sys.path[-1]",
  ],
  [
    "the working directory",
    ["import os\nos.makedirs('a/b')\nos.chdir('a/b')"],
    "os.path.relpath(os.getcwd(), os.path.dirname(os.path.dirname(os.getcwd())))",
  ],
  ["decimal", ["import decimal\ndecimal.getcontext().prec = 4"], "str(decimal.Decimal(1) / 3)"],
  [
    "warning filters",
    ["import warnings\nwarnings.simplefilter('error', UserWarning)"],
    "[it[0] for it in warnings.filters if it[2] is UserWarning]",
  ],
  [
    "what was imported from random",
    ["from random import random, seed", "import random as module\nmodule.seed(3)"],
    "random(), seed(4), module.random()",
  ],
  [
    "os.environ, sys.path and sys.argv in variables",
    [
      "from os import environ\nfrom sys import argv, path\nargv[:] = ['a', 'b']",
      "environ['N'] = '1'\npath.append('/x')",
    ],
    "__import__('os').environ['N'], __import__('sys').path[-1], argv is __import__('sys').argv, argv",
  ],
  [
    "a decimal context in a variable, the default socket timeout, and the limit of digits",
    [
      "import decimal, socket, sys\ncontext = decimal.getcontext()\ncontext.prec = 9\nsocket.setdefaulttimeout(7)",
      "context.prec = 4\ngetattr(sys, 'set_int_max_str_digits', int)(0)",
    ],
    "str(decimal.Decimal(1) / 3), socket.getdefaulttimeout(), getattr(sys, 'get_int_max_str_digits', int)()",
  ],
  ["the recursion limit", ["import sys\nsys.setrecursionlimit(4321)"], "sys.getrecursionlimit()"],
  [
    "logging",
    [
      "import logging\nlogging.basicConfig(level=logging.INFO, format='%(levelname)s|%(message)s')\nlogging.getLogger('a.b').setLevel(logging.ERROR)",
    ],
    "logging.root.level, [it.formatter._fmt for it in logging.root.handlers], logging.getLogger('a.b').level",
  ],
  ["the cell counter", ["1", "2"], "get_ipython().execution_count, In[-1]"],
  ["future imports", ["from __future__ import annotations", "def f(x: Missing): pass"], "f.__annotations__"],
];

describe.each(oldestAndNewest)("%s", (executable: string) => {
  test.each(STATES)("%s is the same in a later step as in a single step", async (_, sources, expression) => {
    const [split, whole] = await splitAndWhole(executable, sources, expression);
    expect(split).not.toBe("exploded");
    // The empty step in between adds a cell.
    expect(split?.replace(/^\(4, /, "(3, ")).toBe(whole);
  });
});

test("changes to sys.path by an earlier step apply before the variables are loaded", async () => {
  const runner = await StepRunner.start({ python });
  const make =
    "import os, sys\nos.makedirs('lib/deep')\nopen('lib/own_mod.py', 'w').write('class C: v = 1')\nopen('lib/deep/low_mod.py', 'w').write('V = 2')";
  const path = "sys.path.insert(0, 'lib')\nsys.path.append(os.path.abspath('lib/deep'))";
  await runner.runCells([`${make}\n${path}`], { isLast: false });
  await runner.runCells(["import own_mod, low_mod\nc = own_mod.C()\nfrom low_mod import V"], { isLast: false });
  await runner.runCells(["pass"], { isLast: false });
  const last = (await runner.runCells([
    "found = (c.v, low_mod.V, sys.path.count('lib'), sys.path[0])",
  ])) as CompletedStep;
  expect(variablesOf(last)).toMatchObject({ found: "(1, 2, 1, 'lib')" });
});

test("results of earlier cells are available to later steps that read them", async () => {
  const runner = await StepRunner.start({ python });
  await runner.runCells(["21", "g = (i for i in 'ab')\n_ * 2"], { isLast: false, keepsResults: true });
  const last = (await runner.runCells(["kept = (_, __, _1, Out)"])) as CompletedStep;
  expect(variablesOf(last)).toMatchObject({ kept: "(42, 21, 21, {1: 21, 2: 42})" });
});

test("the session of the result contains no interpreter state", async () => {
  const runner = await StepRunner.start({ python });
  await runner.runCells(["import random\nrandom.seed(1)\nx = 5"], { isLast: false });
  const last = (await runner.runCells(["y = 6"])) as CompletedStep;
  expect(Object.keys(variablesOf(last)).sort()).toEqual(["x", "y"]);
  expect(Buffer.from(last.session_context ?? "", "base64url").includes("__same_state__")).toBe(false);
});

test("a variable that cannot travel is reported with its cell, type and a remedy, and again when a later step needs it", async () => {
  const runner = await StepRunner.start({ python });
  const code =
    "import sqlite3, threading, time\nconn = sqlite3.connect(':memory:')\nthreading.Thread(target=time.sleep, args=(60,), name='worker').start()";
  const { record } = (await runner.runCells(["x = 1", code], { isLast: false })) as CompletedStep;
  expect(record.warnings).toEqual([
    expect.stringMatching(
      /^worker cannot be passed to later steps\. The thread worker was still running .* Join it in the step/,
    ),
    expect.stringMatching(
      /^conn cannot be passed .*\(sqlite3\.Connection, made in cell 2\) is not supported by dill.* Open the connection/,
    ),
  ]);
  const result = await runner.runCells(["conn.execute('select 1')"]);
  expect(result).toMatchObject({
    kind: "failed",
    failure: { message: expect.stringMatching(/made in cell 2.*Open the connection in the step that uses it/) },
  });
});

test("a custom logging handler that cannot be restored is reported", async () => {
  const runner = await StepRunner.start({ python });
  const code = "import logging\nclass Mine(logging.Handler): pass\nlogging.getLogger('shop').addHandler(Mine())";
  const { record } = (await runner.runCells([code], { isLast: false })) as CompletedStep;
  expect(record.warnings).toEqual([expect.stringMatching(/^The handler 'Mine' of the logger shop cannot be passed/)]);
});

test("the random state and options of libraries are restored once the libraries are imported", async () => {
  // Stand in for torch and matplotlib, as far as their state is concerned.
  const folder = path.join(await makeTempDir(), "libraries");
  await mkdir(folder);
  const files = {
    "torch.py":
      "import types\nstate = [1, 2]\nuint8 = float32 = 'f'\ncuda = types.SimpleNamespace(is_available=lambda: False)\nclass tensor(list):\n    def __init__(self, it, dtype=None): super().__init__(it)\n    def tolist(self): return list(self)\ndef get_rng_state(): return tensor(state)\ndef set_rng_state(it): state[:] = it\ndef get_default_dtype(): return 'torch.float32'\ndef set_default_dtype(it): pass\n",
    "matplotlib.py": "rcParams = {'lines.linewidth': 1.5, 'backend': 'agg'}\nrcParamsOrig = dict(rcParams)\n",
  };
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
  const runner = await StepRunner.start({ python, env: { PYTHONPATH: folder } });
  await runner.runCells(
    [
      "def use():\n    import torch, matplotlib\n    return torch, matplotlib\ntorch_, mpl = use()\ntorch_.state[:] = [9, 9]\nmpl.rcParams['lines.linewidth'] = 3\ndel torch_, mpl",
    ],
    { isLast: false },
  );
  const last = (await runner.runCells([
    "t, m = use()\nseen = (t.state, m.rcParams['lines.linewidth'])",
  ])) as CompletedStep;
  expect(variablesOf(last)["seen"]).toBe("([9, 9], 3)");
});

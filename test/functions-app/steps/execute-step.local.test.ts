import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { listTestPythons } from "../../helpers/pythons.ts";
import { type CompletedStep, StepRunner, variablesOf } from "../../helpers/step-runner.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const pythons = await listTestPythons();

describe.each(pythons)("Python $version", ({ executable: python, version }) => {
  test("variables, functions, classes and imports reach the next step", async () => {
    const runner = await StepRunner.start({ python });
    const first = [
      "import json, base64 as b64",
      "from json import loads as parse",
      "x = 0",
      "def set_x(v):",
      "    global x",
      "    x = v",
      "class Point:",
      "    def __init__(self, a): self.a = a",
      "p = Point(3)",
      "square = lambda n: n * n",
    ];
    await runner.complete(first.join("\n"), { isLast: false });
    await runner.complete("set_x(1)", { isLast: false });
    const last = await runner.complete(
      "y = json.dumps(x)\nz = [parse('[1]'), b64.b64encode(b'a'), square(p.a), isinstance(p, Point), __name__]",
    );
    expect(variablesOf(last)).toMatchObject({
      x: "1",
      y: "'1'",
      z: "[[1], b'YQ==', 9, True, '__sameproject_user_code__']",
    });
    expect(last.python).toMatchObject({ version, implementation: "CPython", dill: "0.4.1" });
    expect(last.session_context).toMatch(/^[A-Za-z0-9_-]+=*$/);
  });

  test("a failing step has its traceback with its own line numbers", async () => {
    const runner = await StepRunner.start({ python });
    const { type, message, traceback } = await runner.fail("def f():\n    return {}['k']\n\n\nf()\n", {
      name: "same_step_001",
    });
    expect({ type, message }).toEqual({ type: "KeyError", message: "'k'" });
    expect(traceback).toMatch(
      /^Traceback \(most recent call last\):\n {2}File "<same_step_001>", line 5, in <module>\n {4}f\(\)/,
    );
    expect(traceback).toContain('File "<same_step_001>", line 2, in f');
    expect(traceback).not.toContain("same_runner");
  });

  test("a traceback underlines the failing part of the last line", async () => {
    const runner = await StepRunner.start({ python });
    const { traceback } = await runner.fail("x = 1\nabsent + x");
    // Python underlines errors since 3.11.
    expect(traceback.replace("\n    ^^^^^^\n", "\n")).toContain("\n    absent + x\nNameError");
  });

  test("a variable that cannot be pickled, or is too large, explodes, and no other variable is lost", async () => {
    const runner = await StepRunner.start({ python });
    const code = "g = (i for i in range(3))\nbig = list(range(2_000_000))\nkeep = 5\ndef use(): return keep";
    const { record } = await runner.complete(code, { isLast: false });
    expect(record.warnings.map((it) => it.split(" ")[0])).toEqual(["big", "g"]);
    const probe = [
      "def try_it(act):",
      "    try: act()",
      "    except RuntimeError as error: return str(error)[:12]",
      "used = [try_it(act) for act in (lambda: next(g), lambda: len(big), lambda: big[0], lambda: big + [1],",
      "        lambda: str(g), lambda: g.send, lambda: g == 1, lambda: list(big), lambda: g(), lambda: bool(g))]",
      "asked = g.__is_exploding_variable__() and big.__is_exploding_variable__()",
      "kept = use()",
    ];
    await runner.complete(probe.join("\n"), { isLast: false });
    // Once more through a session, as such variables keep travelling.
    const last = await runner.complete("same = (all(u == 'The variable' for u in used), len(used), asked, kept)");
    expect(variablesOf(last)).toMatchObject({ same: "(True, 10, True, 5)", g: "exploded", big: "exploded" });
  });
});

const python = pythons.at(-1)?.executable as string;

test("printed lines are passed on while the step runs, and kept in its record", async () => {
  const runner = await StepRunner.start({ python });
  const { record } = await runner.complete(
    "import os, sys\nprint('über')\nprint('oops', file=sys.stderr)\nos.system('echo from a child')\nprint('no end', end='')",
  );
  expect(runner.lines.sort()).toEqual(["! oops", "from a child", "no end", "über"]);
  expect(record.output).toEqual({ stdout: "über\nfrom a child\nno end", stderr: "oops\n" });
  expect(record).toMatchObject({ environment: "base", warnings: [] });
  expect(record.durationMs).toBeGreaterThanOrEqual(record.codeMs);
});

test("a step works in its own folder, which contains its sources and is removed afterwards", async () => {
  const runner = await StepRunner.start({ python });
  const code = [
    "import os, tempfile",
    "files, env = sorted(os.listdir()), os.environ['SAME_ENV']",
    "tempfile.mkstemp(); open('left', 'w').close(); os.mkdir('locked'); os.chmod('locked', 0)",
    "same = open('same.yaml').read()",
  ];
  const result = await runner.complete(code.join("\n"), { sameYaml: "a: 1" });
  expect(variablesOf(result)).toMatchObject({ files: "['same.yaml']", env: "'default'", same: "'a: 1'" });
  await runner.runtime.stop();
  expect(await readdir(runner.tempDir)).toEqual([]);
});

test("the app's secrets are not in a step's environment", async () => {
  const runner = await StepRunner.start({ python, env: { SAME_ACCESS_KEY: "k", AzureWebJobsStorage: "s", MINE: "m" } });
  const code = "import os\nseen = [os.environ.get(n) for n in ('SAME_ACCESS_KEY', 'AzureWebJobsStorage', 'MINE')]";
  expect(variablesOf(await runner.complete(code))).toMatchObject({ seen: "[None, None, 'm']" });
});

test.each([
  ["import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)", "ProcessCrash", "SIGSEGV"],
  ["import os\nos._exit(3)", "ProcessExit", "exit code 3"],
  ["import sys\nsys.exit('enough')", "SystemExit", "enough"],
  ["x = (", "SyntaxError", "was never closed"],
  ["raise KeyboardInterrupt", "KeyboardInterrupt", ""],
  ["class E(Exception):\n    def __str__(self): raise ValueError\nraise E", "E", "cannot be shown"],
])("a step that ends by %j fails", async (code, type, text) => {
  const failure = await (await StepRunner.start({ python })).fail(code);
  expect(failure.type).toBe(type);
  expect(failure.message).toContain(text);
});

test("a killed guardian fails its step instead of letting it hang", async () => {
  const runner = await StepRunner.start({ python });
  const code =
    "import os, signal, subprocess, time\nsubprocess.Popen(['sleep', '60'])\nos.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(60)";
  expect(await runner.fail(code)).toMatchObject({ type: "ProcessCrash", message: expect.stringContaining("SIGKILL") });
  await runner.runtime.stop();
  expect(await readdir(runner.tempDir)).toEqual([]);
});

test("a session is not loaded by a different minor version of Python", async () => {
  const runner = await StepRunner.start({ python });
  await runner.complete("x = 1", { isLast: false });
  const { blob, python: writer } = runner.session ?? expect.unreachable();
  runner.session = { blob, python: { ...writer, version: "3.8.1" } };
  const { type, message } = await runner.fail("x");
  expect(type).toBe("SessionVersionError");
  expect(message).toContain("3.8.1");
  expect(message).toContain(writer.version);
});

test("a session over the limit is stored as a blob instead of inline", async () => {
  const runner = await StepRunner.start({ python, limits: { inlineSessionBytes: 100 } });
  const result = await runner.complete("x = 'a' * 1000");
  expect(result.session_context).toBeUndefined();
  expect(runner.blobs.contents.get(result.session?.name ?? "")).toHaveLength(result.session?.sizeBytes ?? 0);
});

test("variables are described briefly, whatever their repr does", async () => {
  const code = [
    "class Raises:\n    def __repr__(self): raise ValueError",
    "class Waits:\n    def __repr__(self):\n        while True: pass",
    "class Long:\n    def __repr__(self): return 'x' * 100000",
    "a, b, c, d = Raises(), Waits(), Long(), list(range(1000))",
    "n = 10 ** 5000",
  ];
  const result = await (await StepRunner.start({ python })).complete(code.join("\n"));
  const shown = variablesOf(result);
  expect(shown).toMatchObject({ a: "<repr failed: ValueError>", b: "<repr failed: TimeoutError>" });
  expect(shown["d"]).toBe("[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ...]");
  expect(Math.max(...Object.values(shown).map((it) => it.length))).toBeLessThanOrEqual(200);
  const list = result.variables?.find(({ name }) => name === "d");
  expect(list).toMatchObject({ type: "list", sizeBytes: expect.closeTo(36_000, -4) });
});

test("variables of a notebook do not have upstream's limit", async () => {
  const runner = await StepRunner.start({ python });
  const big = "big = ['x' * 1_000_000 + str(i) for i in range(70)]";
  await runner.runCells([big], { isLast: false });
  expect(variablesOf(await runner.complete("length = len(big)"))["length"]).toBe("70");
  const { record } = await runner.complete(big, { isLast: false });
  expect(record.warnings[0]).toMatch(
    /^big cannot be passed to later steps\. The variable big \(list\) is too large: it uses 70\.0 MB, and the limit is 50\.0 MB \(serialisation_memory_limit of same\.yaml, app setting SAME_SERIALISATION_MEMORY_LIMIT\)/,
  );
});

test("the error for a variable larger than a session includes the session's setting", async () => {
  const runner = await StepRunner.start({ python, limits: { sessionBytes: 1_000_000 } });
  const result = (await runner.runCells(["big = 'x' * 2_000_000\nkeep = 1"], { isLast: false })) as CompletedStep;
  expect(result.record.warnings).toEqual([
    expect.stringMatching(/uses 2\.0 MB, and the limit is 1\.0 MB \(app setting SAME_MAX_SESSION_BYTES\)/),
  ]);
});

test("same.yaml's memory limit determines what is too large", async () => {
  const runner = await StepRunner.start({ python });
  const sameYaml = "runtime_options:\n  serialisation_memory_limit: 1000\n";
  const result = await runner.complete("a = 'x' * 2000\nb = 'x' * 10", { sameYaml });
  expect(variablesOf(result)).toMatchObject({ a: "exploded", b: "'xxxxxxxxxx'" });
});

test("a package of this machine that is not in requirements.txt leads to a warning, in Development only", async () => {
  const site = path.join(await makeTempDir(), "site-packages");
  await mkdir(site);
  await writeFile(path.join(site, "same_kit_foreign.py"), "");
  const code = "import json, same_kit_foreign\nfrom os import path";
  const here = await StepRunner.start({ python, env: { PYTHONPATH: site } });
  const { record } = await here.complete(code);
  expect(record.warnings).toEqual([expect.stringMatching(/^The step imports same_kit_foreign, /)]);
  const cloud = await StepRunner.start({
    python,
    env: { PYTHONPATH: site, AZURE_FUNCTIONS_ENVIRONMENT: "Production" },
  });
  expect((await cloud.complete(code)).record.warnings).toEqual([]);
});

test("a data set of same.yaml is read without pandas, in the environment of the run", async () => {
  const runner = await StepRunner.start({ python });
  const sameYaml =
    'datasets:\n  example:\n    environments:\n      default: "data:text/csv;name=a.csv;base64,YSxiCjEseAoyLAo="\n';
  const code = "from sameproject.sdk import dataset\nj = dataset('example').to_json()";
  expect(variablesOf(await runner.complete(code, { sameYaml }))["j"]).toBe(
    `'{"a":{"0":1,"1":2},"b":{"0":"x","1":null}}'`,
  );
});

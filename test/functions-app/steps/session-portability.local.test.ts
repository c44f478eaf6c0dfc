import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { fromUrlSafeBase64 } from "../../../functions-app/src/contract/base64.ts";
import { appPythonDir, listTestPythons } from "../../helpers/pythons.ts";
import { type CompletedStep, StepRunner } from "../../helpers/step-runner.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const pythons = await listTestPythons();
const CODE =
  "import json as j\nx = {'a': [1, 2.5, 'ü']}\ndef f(n): return n + 1\ny = j.dumps(f(1))\ng = (i for i in x)\n" +
  "import enum\nclass E(enum.Enum):\n    A = 7\nclass S: pass\nS.one = S()\nn = (E.A.value, type(S.one) is S)";

async function makeSession(python: string): Promise<string> {
  const { session_context } = await (await StepRunner.start({ python })).complete(CODE);
  const file = path.join(await makeTempDir(), "session.dill");
  await writeFile(file, fromUrlSafeBase64(session_context ?? "") ?? "");
  return file;
}

function load(python: string, session: string, names: string[], { PYTHONPATH = "", cwd = "." } = {}) {
  const script = path.resolve("test/fixtures/processes/load-session.py");
  const args = [script, path.join(appPythonDir, "packages"), session, ...names];
  const text = execFileSync(python, args, { encoding: "utf8", cwd, env: { ...process.env, PYTHONPATH } });
  return JSON.parse(text) as Record<string, string>;
}

describe.each(pythons)("a session written by Python $version", ({ executable: python }) => {
  test("loads in upstream's client, including exploding variables", async () => {
    const seen = load(python, await makeSession(python), ["x", "y", "n", "g"]);
    expect(seen).toEqual({ x: "{'a': [1, 2.5, 'ü']}", y: "'2'", n: "(7, True)", g: "RuntimeError raised by builtins" });
  });
});

test("objects of the runner and open files load without it, and no file in the client's folder is changed", async () => {
  const runner = await StepRunner.start({ python: pythons[0]?.executable as string });
  const cells = [
    "ip, h = get_ipython(), display('x', display_id='d')\nip.run_cell_magic('capture', 'kept', 'print(1)')",
    "w = open('made.txt', 'w')\nwith open('closed.txt', 'w') as c: c.write('x')\nx, show = 5, display",
  ];
  const result = (await runner.runCells(cells)) as CompletedStep;
  const folder = await makeTempDir();
  await writeFile(path.join(folder, "made.txt"), "mine");
  await writeFile(path.join(folder, "session.dill"), fromUrlSafeBase64(result.session_context ?? "") ?? "");
  const names = ["x", "ip", "h", "kept", "show", "c", "w"];
  const seen = load(pythons[0]?.executable as string, path.join(folder, "session.dill"), names, { cwd: folder });
  expect(seen).toMatchObject({ x: "5", ip: "None", show: "None", h: expect.stringContaining("display_id='d'") });
  expect([seen["c"], seen["w"]]).toEqual([expect.stringContaining("closed.txt"), expect.stringContaining("made.txt")]);
  expect(await readFile(path.join(folder, "made.txt"), "utf8")).toBe("mine");
  expect(await readdir(folder)).toEqual(["made.txt", "session.dill"]);
});

test("a client with upstream's package gets upstream's exploding variable", async () => {
  const python = pythons[0]?.executable as string;
  const upstream = await makeTempDir();
  const folder = path.join(upstream, "sameproject", "ops");
  await mkdir(folder, { recursive: true });
  // Stands in for upstream's module of that name, which we do not copy.
  const lines = [
    "class ExplodingVariable:",
    "    def __init__(self, err): self.err = err",
    "    def __repr__(self): raise self.err",
    "def deserialise(err): return ExplodingVariable(err)",
  ];
  await writeFile(path.join(folder, "explode.py"), lines.join("\n"));
  const seen = load(python, await makeSession(python), ["g"], { PYTHONPATH: upstream });
  expect(seen).toEqual({ g: "RuntimeError raised by sameproject.ops.explode" });
});

test("data loads in every other Python on this machine", async () => {
  const [first] = pythons;
  const file = path.join(await makeTempDir(), "session.dill");
  const { session_context } = await (await StepRunner.start({ python: first?.executable as string })).complete(
    "import json\nx = [1, {'b': (2, None)}]\ng = (i for i in x)",
  );
  await writeFile(file, fromUrlSafeBase64(session_context ?? "") ?? "");
  for (const { executable } of pythons) {
    expect(load(executable, file, ["x", "g"])).toEqual({
      x: "[1, {'b': (2, None)}]",
      g: "RuntimeError raised by builtins",
    });
  }
});

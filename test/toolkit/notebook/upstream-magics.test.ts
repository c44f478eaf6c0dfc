// Recorded results of upstream's compiler (SAME 0.2.5 with jupytext 1.13.8 from its lock file) for cells with magics, next to
// those of `--upstream-magics`. docs/same-yaml.md lists the differences.

import { expect, test } from "vitest";
import { splitSteps } from "../../../toolkit/src/notebook/split-steps.ts";

/** The step that results from cells; a removed line is an empty line here, which is ignored. */
function compile(sources: readonly string[]): string {
  const cells = sources.map((source, index) => ({ number: index + 1, kind: "code" as const, source, tags: [] }));
  const notebook = { file: "n.ipynb", metadata: {}, cells };
  const { steps } = splitSteps(notebook, new Set(["default"]), { upstreamMagics: true });
  return withoutEmpty(steps[0]?.code ?? "");
}

const withoutEmpty = (code: string) =>
  code
    .split("\n")
    .filter((line) => line.trim() !== "")
    .join("\n");

test.each([
  [["%matplotlib inline\nimport os"], "import os"],
  [["x = 1\n!ls\ny = 2"], "x = 1\ny = 2"],
  [["%%time\nx = 1"], "x = 1"],
  [["files = !ls"], ""],
  [["?a\nb = 1"], "b = 1"],
  [["ls\nx = 1"], "x = 1"],
  [["cat file.txt"], ""],
  [["cd ..\nx = 1"], "x = 1"],
  [["ls = 3\nprint(ls)"], "ls = 3\nprint(ls)"],
  [["'''\n%not magic\n'''"], "'''\n%not magic\n'''"],
  [['s = """\n!ls\n"""\nx = 1'], 's = """\n!ls\n"""\nx = 1'],
  [["x = 5 % 2\ny = x %2"], "x = 5 % 2\ny = x %2"],
  [["%%capture out\nprint(1)"], "print(1)"],
  [["%pip install numpy\nx = 1"], "x = 1"],
  [["a = 1", "%ls\nb = 2"], "a = 1\nb = 2"],
  [["", "x = 1"], "\nx = 1"],
  [["%load_ext x\n\nx = 1\n"], "\nx = 1\n"],
  [["%%timeit\nx=1"], "x=1"],
  [["get_ipython().run_line_magic('ls','')"], "get_ipython().run_line_magic('ls','')"],
  [["x = 1 # what?"], "x = 1 # what?"],
  [["%"], "%"],
  [["x != y"], "x != y"],
  [["%env A=1\nx = 1"], "x = 1"],
  [["%run a.py"], ""],
  [["alias = 1\nalias x ls"], "alias = 1\nalias x ls"],
] as [string[], string][])("cells %j produce the same code as upstream", (sources, upstream) => {
  expect(compile(sources)).toBe(withoutEmpty(upstream));
});

// Upstream fails, keeps lines that are not Python, or removes Python code.
test.each([
  ["%%bash\nls", "an error inside jupytext", ""],
  ["%%R\nplot(x)", "an error inside jupytext", ""],
  ["a?\nb = 1", "a?\nb = 1", "b = 1"],
  ["pip install numpy\nx = 1", "pip install numpy\nx = 1", "x = 1"],
  ["!echo a \\\n  b\nx = 1", "  b\nx = 1", "x = 1"],
  ["%time x = f()", "", "x = f()"],
  ["x = %time f()", "", "x = f()"],
  ["if True:\n    !ls", "if True:", "if True:\n    pass"],
  ["%%writefile a.py\nx = 1", "x = 1", ""],
  ["# %matplotlib inline\nx = 1", "x = 1", "# %matplotlib inline\nx = 1"],
  ["x = [\n  1,\n  %time\n]", "x = [\n  1,\n]", "x = [\n  1,\n  %time\n]"],
])("the cell %j, which upstream converts to %j, becomes %j", (source, _upstream, ours) => {
  expect(compile([source])).toBe(ours);
});

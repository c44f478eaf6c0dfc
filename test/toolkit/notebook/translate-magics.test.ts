import { expect, test } from "vitest";
import { translateMagics } from "../../../toolkit/src/notebook/translate-magics.ts";

const SHELL = "get_ipython()";

test.each([
  ["!ls -l", `${SHELL}.system("ls -l")`],
  ["  !ls", `  ${SHELL}.system("ls")`],
  ["!!ls", `${SHELL}.getoutput("ls")`],
  ["files = !ls *.csv", `files = ${SHELL}.getoutput("ls *.csv")`],
  ["%cd data", `${SHELL}.run_line_magic("cd", "data")`],
  ["%env A=b", `${SHELL}.run_line_magic("env", "A=b")`],
  ["%matplotlib inline", `${SHELL}.run_line_magic("matplotlib", "inline")`],
  ['%time x = f("a")', `${SHELL}.run_line_magic("time", "x = f(\\"a\\")")`],
  ["result = %timeit -o f()", `result = ${SHELL}.run_line_magic("timeit", "-o f()")`],
  ["%run other.py 1", `${SHELL}.run_line_magic("run", "other.py 1")`],
  ["cd ..", `${SHELL}.run_line_magic("cd", "..")`],
  ["ls -l", `${SHELL}.system("ls -l")`],
])("%j becomes a call", (line, call) => {
  const before = line.startsWith(" ") ? "if y:" : "y = 1";
  expect(translateMagics(`${before}\n${line}\nz = 2`)).toEqual({
    code: `${before}\n${call}\nz = 2`,
    removed: [],
    installs: [],
  });
});

test("a multi-line command is one call, and later lines keep their numbers", () => {
  expect(translateMagics("!echo one \\\n  two\nx = 1").code).toBe(`${SHELL}.system("echo one   two")\n\nx = 1`);
});

test.each(["?len", "len?", "%who", "%%unknown inside", "%lsmagic"])("%j has no meaning here and is removed", (line) => {
  expect(translateMagics(`x = 1\n${line}`)).toMatchObject({ code: "x = 1\n", removed: [{ line: 2, text: line }] });
});

test("lines that only concern an editor are removed without a warning", () => {
  expect(translateMagics("%load_ext autoreload\n%autoreload 2\nx = 1")).toEqual({
    code: "\n\nx = 1",
    removed: [],
    installs: [],
  });
});

test("a cell for another program becomes one call with all of its text", () => {
  expect(translateMagics('\n%%bash --out x\necho "a"\n\nls').code).toBe(
    `\n${SHELL}.run_cell_magic("bash", "--out x", "echo \\"a\\"\\n\\nls\\n")\n\n\n`,
  );
});

test("magics inside a timed cell are also translated", () => {
  const { code, removed } = translateMagics("%%time\n!ls\nx = 1\n%who");
  expect(code).toBe(`${SHELL}.run_cell_magic("time", "", "get_ipython().system(\\"ls\\")\\nx = 1\\n\\n")\n\n\n`);
  expect(removed).toEqual([{ line: 4, text: "%who" }]);
});

test("a cell with an unknown magic is removed completely", () => {
  expect(translateMagics("%%sql\nselect 1")).toMatchObject({ code: "\n", removed: [{ line: 1 }, { line: 2 }] });
});

test.each([
  ["%pip install -q numpy 'pandas>=2' --upgrade", ["numpy", "pandas>=2"]],
  ["!pip3 install numpy", ["numpy"]],
  ["!{sys.executable} -m pip install numpy", ["numpy"]],
  ["!python -m pip install --index-url https://x/simple numpy", ["--index-url https://x/simple", "numpy"]],
  ["pip install numpy", ["numpy"]],
  ["%pip install \\\n  numpy", ["numpy"]],
])("%j becomes a requirement", (line, installs) => {
  const { code, removed, ...rest } = translateMagics(line);
  expect([code.trim(), removed, rest.installs]).toEqual(["", [], installs]);
});

test.each(["%pip install -r more.txt", "%pip install {name}", "!pip install -e ."])(
  "%j, which cannot be resolved without running it, is not a requirement",
  (line) => {
    expect(translateMagics(line).installs).toEqual([]);
  },
);

test.each(["x = 7 % y", "s = '''\n%cd x\n'''", "ls = [1]", "f(\n%y)"])("%j is Python", (source) => {
  expect(translateMagics(source)).toEqual({ code: source, removed: [], installs: [] });
});

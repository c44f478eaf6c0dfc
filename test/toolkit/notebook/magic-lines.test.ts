import { expect, test } from "vitest";
import { removeMagics } from "../../../toolkit/src/notebook/magic-lines.ts";

const removedText = (source: string) => removeMagics(source).removed.map(({ text }) => text);

test.each([
  "%matplotlib inline",
  "%%time is not at the top",
  "!pip install numpy",
  "!!ls",
  "?len",
  "??len",
  "len?",
  "len??",
  "np.array?",
  "files = !ls -l",
  "! ls",
  "?  len",
  "x = len?",
  "größe = !ls",
  "rows[0].names = !ls | head",
  "first, *rest = %%sx ls",
  "result = %timeit -o f()",
  "%time !ls",
  "%time",
  "ls",
  "ls -l",
  "cat notes.txt",
  "cd ..",
  "cd /tmp",
  "rm *.csv",
  "mkdir data",
  "pip install numpy",
  "conda install numpy",
])("%j after other code is removed", (line) => {
  expect(removeMagics(`x = 1\n${line}\ny = 2`)).toEqual({ code: "x = 1\n\ny = 2", removed: [{ line: 2, text: line }] });
});

test.each([
  "x = 7 % y",
  "x = not y",
  "print('?')",
  "x = y if z else w  # really?",
  "ls = [1]",
  "ls += [1]",
  "ls, rest = f()",
  "ls in names",
  "ls == [1]",
  "echo: int = 3",
  "echo (1)",
  "cat[0] = 1",
  "@decorated",
  "rm.close()",
  "# !comment",
  "x != y",
  "pip = 1",
  "pip in names",
  "pip - names",
  "row['=%s'] = 1",
  "text % time",
  "key = '?'",
])("%j is Python", (line) => {
  expect(removedText(`x = 1\n${line}`)).toEqual([]);
});

test("a line that only looks like a magic is kept inside a string", () => {
  const source = "text = \"\"\"\n%magic\n!command\nls\n\"\"\"\nother = f'''\n%magic {text}\n'''";
  expect(removeMagics(source)).toEqual({ code: source, removed: [] });
});

test("a modulo at the start of a line is kept inside brackets and after a backslash", () => {
  const source = "a = (7\n%b)\nc = 7 \\\n%d\ne = [\n  1,\n%f\n]";
  expect(removedText(source)).toEqual([]);
});

test("quotes and brackets in comments and in removed lines are ignored", () => {
  expect(removedText("# it's (\n%one\n!echo 'it (\n%two")).toEqual(["%one", "!echo 'it (", "%two"]);
});

test("a string with an escaped quote ends where it does in Python", () => {
  expect(removedText("a = 'it\\'s'\n%one\nb = r'\\\\'\n%two")).toEqual(["%one", "%two"]);
});

test("a magic continues on the next line after a backslash", () => {
  const { code, removed } = removeMagics("!pip install \\\n  numpy \\\n  pandas\nx = 1");
  expect(code).toBe("\n\n\nx = 1");
  expect(removed.map(({ line }) => line)).toEqual([1, 2, 3]);
});

test("removing an indented magic leaves a valid block", () => {
  expect(removeMagics("if x:\n    !ls\nelse:\n    y = 1").code).toBe("if x:\n    pass\nelse:\n    y = 1");
});

test.each(["bash", "html", "javascript", "writefile out.py", "sh", "!", "R -i x"])(
  "a cell starting with %%%%%s is removed completely",
  (magic) => {
    const { code, removed } = removeMagics(`\n%%${magic}\necho one\n\necho two`);
    expect(code.trim()).toBe("");
    expect(removed.map(({ line }) => line)).toEqual([2, 3, 4, 5]);
  },
);

test.each(["time", "timeit -n 1", "capture out"])("Python code below %%%%%s is kept", (magic) => {
  expect(removeMagics(`%%${magic}\nx = 1\n%one\ny = 2`).code).toBe("\nx = 1\n\ny = 2");
});

test("nested cell magics are processed one by one", () => {
  expect(removedText("%%time\n%%bash\nls")).toEqual(["%%time", "%%bash", "ls"]);
});

test.each([
  ["%time x = f()", "x = f()"],
  ["  %time x = f()", "  x = f()"],
  ["y = %time f(1)", "y = f(1)"],
])("%%time only measures: the Python code in %j runs", (line, python) => {
  expect(removeMagics(`if 1:\n${line}`)).toEqual({
    code: `if 1:\n${python}`,
    removed: [{ line: 2, text: line, kept: python }],
  });
});

test("a string that starts in a timed line ends where it does in Python", () => {
  expect(removeMagics('%time x = """\n%one\n"""').code).toBe('x = """\n%one\n"""');
});

test("a completely indented cell is dedented, starting with its magic", () => {
  expect(removeMagics("\n    x = 1\n    if x:\n        y = 2").code).toBe("\nx = 1\nif x:\n    y = 2");
  expect(removeMagics("  %%bash\n  ls").code.trim()).toBe("");
});

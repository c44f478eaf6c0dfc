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
])("%j after other code is left out", (line) => {
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

test("a line that only looks like a magic stays inside a string", () => {
  const source = "text = \"\"\"\n%magic\n!command\nls\n\"\"\"\nother = f'''\n%magic {text}\n'''";
  expect(removeMagics(source)).toEqual({ code: source, removed: [] });
});

test("a modulo at the start of a line stays inside brackets and after a backslash", () => {
  const source = "a = (7\n%b)\nc = 7 \\\n%d\ne = [\n  1,\n%f\n]";
  expect(removedText(source)).toEqual([]);
});

test("quotes and brackets in comments and in what is left out open nothing", () => {
  expect(removedText("# it's (\n%one\n!echo 'it (\n%two")).toEqual(["%one", "!echo 'it (", "%two"]);
});

test("a string with an escaped quote ends where Python ends it", () => {
  expect(removedText("a = 'it\\'s'\n%one\nb = r'\\\\'\n%two")).toEqual(["%one", "%two"]);
});

test("a magic continues after a backslash at its end", () => {
  const { code, removed } = removeMagics("!pip install \\\n  numpy \\\n  pandas\nx = 1");
  expect(code).toBe("\n\n\nx = 1");
  expect(removed.map(({ line }) => line)).toEqual([1, 2, 3]);
});

test("an indented magic leaves a block that is still a block", () => {
  expect(removeMagics("if x:\n    !ls\nelse:\n    y = 1").code).toBe("if x:\n    pass\nelse:\n    y = 1");
});

test.each(["bash", "html", "javascript", "writefile out.py", "sh", "!", "R -i x"])(
  "a cell of %%%%%s goes as a whole",
  (magic) => {
    const { code, removed } = removeMagics(`\n%%${magic}\necho one\n\necho two`);
    expect(code.trim()).toBe("");
    expect(removed.map(({ line }) => line)).toEqual([2, 3, 4, 5]);
  },
);

test.each(["time", "timeit -n 1", "capture out"])("Python under %%%%%s stays where it is", (magic) => {
  expect(removeMagics(`%%${magic}\nx = 1\n%one\ny = 2`).code).toBe("\nx = 1\n\ny = 2");
});

test("cell magics that wrap each other are looked at one by one", () => {
  expect(removedText("%%time\n%%bash\nls")).toEqual(["%%time", "%%bash", "ls"]);
});

test.each([
  ["%time x = f()", "x = f()"],
  ["  %time x = f()", "  x = f()"],
  ["y = %time f(1)", "y = f(1)"],
])("%%time only times: the Python of %j runs", (line, python) => {
  expect(removeMagics(`if 1:\n${line}`)).toEqual({
    code: `if 1:\n${python}`,
    removed: [{ line: 2, text: line, kept: python }],
  });
});

test("a string that opens in a timed line closes where Python closes it", () => {
  expect(removeMagics('%time x = """\n%one\n"""').code).toBe('x = """\n%one\n"""');
});

test("a cell that is indented as a whole moves to the left, its magic first", () => {
  expect(removeMagics("\n    x = 1\n    if x:\n        y = 2").code).toBe("\nx = 1\nif x:\n    y = 2");
  expect(removeMagics("  %%bash\n  ls").code.trim()).toBe("");
});

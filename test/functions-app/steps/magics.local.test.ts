import { expect, test } from "vitest";
import { translateMagics } from "../../../toolkit/src/notebook/translate-magics.ts";
import { listTestPythons } from "../../helpers/pythons.ts";
import { StepRunner } from "../../helpers/step-runner.ts";

const python = (await listTestPythons())[0]?.executable as string;

/** Runs a notebook's cells with magics; returns the outputs of each cell in short form. */
async function run(...sources: string[]): Promise<string[][]> {
  const runner = await StepRunner.start({ python });
  const result = await runner.runCells(sources.map((source) => translateMagics(source).code));
  const { cells } = await runner.detailsOf(result);
  return cells.map(({ outputs }) =>
    outputs.map((it) =>
      "text" in it ? it.text : "data" in it ? String(Object.values(it.data)[0]) : `${it.ename}: ${it.evalue}`,
    ),
  );
}

test("commands run in a shell with variables of the notebook, and return their lines", async () => {
  const [, first, second] = await run(
    "name = 'world'\ndata = {'k': 1}",
    "!echo hello $name {data['k']} $HOME_OF_NOBODY",
    "files = !printf 'a\\nb\\n'\nfiles, files.s, files.n",
  );
  expect(first).toEqual(["hello world 1\n"]);
  expect(second).toEqual(["(['a', 'b'], 'a b', 'a\\nb')"]);
});

test("changes to the folder, environment and files apply to later cells", async () => {
  const [, , , last] = await run(
    "import os\nos.mkdir('sub')",
    "%cd sub\n%env GREETING=hi",
    "%%writefile hello.py\nimport sys\nprint('ran', sys.argv[1:], __name__)\nanswer = 42",
    "%run hello.py a b\nprint(os.path.basename(os.getcwd()), os.environ['GREETING'], answer)",
  );
  expect(last?.join("")).toBe("ran ['a', 'b'] __main__\nsub hi 42\n");
});

test("a script for another program prints into its cell, and its failure fails the cell", async () => {
  const [first, second, third] = await run(
    "%%bash\necho out\necho err >&2",
    "%%bash --out text --no-raise-error\necho kept\nexit 3",
    "print(repr(text))\nget_ipython().run_cell_magic('bash', '', 'exit 3')",
  );
  expect([...(first ?? [])].sort()).toEqual(["err\n", "out\n"]);
  expect(second).toEqual([]);
  expect(third).toEqual(["'kept\\n'\n", expect.stringMatching(/^CalledProcessError: .*exit status 3/)]);
});

test("times are printed, and the timed code has taken effect", async () => {
  const [first, second, third] = await run(
    "%time x = 5",
    "%%time\ny = x + 1\ny",
    "r = %timeit -n 2 -r 2 -o x + y\nlen(r.all_runs)",
  );
  expect(first?.[0]).toMatch(/^CPU times: user .*\nWall time: .*\n$/);
  expect(second).toEqual(["6", expect.stringMatching(/^CPU times/)]);
  expect(third).toEqual([expect.stringMatching(/per loop \(mean ± std\. dev\. of 2 runs, 2 loops each\)/), "2"]);
});

test("the output of a cell, including programs, can be captured and shown later", async () => {
  const [first, second] = await run(
    "%%capture kept\nprint('a')\n!echo b\ndisplay('c')\n'd'",
    "print(repr(kept.stdout), len(kept.outputs))\nkept.show()",
  );
  expect(first).toEqual([]);
  expect(second).toEqual(["'a\\nb\\n' 2\na\nb\n", "'c'", "'d'"]);
});

test("HTML and Markdown cells are rendered as such", async () => {
  const [first, second] = await run("%%html\n<b>x</b>", "%%markdown\n# x");
  expect([first, second]).toEqual([["<b>x</b>\n"], ["# x\n"]]);
});

test("a failure inside a timed cell has the line numbers of the cell", async () => {
  const runner = await StepRunner.start({ python });
  const result = await runner.runCells([translateMagics("%%time\nx = 1\n1 / 0").code]);
  expect(result).toMatchObject({ kind: "failed", failure: { type: "ZeroDivisionError" } });
  expect(result.kind === "failed" && result.failure.traceback).toMatch(
    /^Traceback .*\n {2}File "<cell 1>", line 1, in <module>\n(?: {4}.*\n)* {2}File "<cell 1>", line 3, in <module>\n {4}1 \/ 0/,
  );
});

test("a magic that does not exist is an error when called by name", async () => {
  const [[text] = []] = await run("get_ipython().run_line_magic('nothing', '')");
  expect(text).toMatch(/UsageError: Line magic function `%nothing` not found/);
});

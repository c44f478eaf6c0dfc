import { describe, expect, test } from "vitest";
import type { CellRecord } from "../../../functions-app/src/contract/step-details.ts";
import { listTestPythons } from "../../helpers/pythons.ts";
import { type CellSource, type CompletedStep, StepRunner, variablesOf } from "../../helpers/step-runner.ts";

const pythons = await listTestPythons();
const oldestAndNewest = [...new Set([pythons[0], pythons.at(-1)])].map((it) => it?.executable as string);
const python = oldestAndNewest.at(-1) as string;

async function run(cells: readonly CellSource[], executable = python) {
  const runner = await StepRunner.start({ python: executable });
  const result = await runner.runCells(cells);
  const details = await runner.detailsOf(result);
  return { runner, result, cells: details.cells };
}

/** Short forms of outputs: the text of a stream, the plain text of a display, the name of an error. */
const shown = ({ outputs }: CellRecord): unknown[] =>
  outputs.map((it) => ("text" in it ? it.text : "data" in it ? it.data["text/plain"] : it.ename));

describe.each(oldestAndNewest)("%s", (executable) => {
  test("each cell has its own outputs, in the order they were created", async () => {
    const { cells } = await run(
      [
        "import os, sys\nprint('a', end='')\nprint('oops', file=sys.stderr)\nos.system('echo from sh')\nprint('b')\n1 + 1",
        "",
        "x = [1, 2]\nx",
      ],
      executable,
    );
    expect(cells.map(({ cell, executionCount, status }) => [cell, executionCount, status])).toEqual([
      [1, 1, "ok"],
      [3, 2, "ok"],
    ]);
    expect(cells.map(shown)).toEqual([["a", "oops\n", "from sh\nb\n", "2"], ["[1, 2]"]]);
    expect(cells[0]?.outputs.at(-1)).toMatchObject({ output_type: "execute_result", execution_count: 1 });
  });

  test("unfinished lines keep the order of both streams", async () => {
    const source =
      "import sys\nfor text in 'ab':\n    sys.stdout.write(text)\n    sys.stderr.write(text.upper())\nprint('c')";
    const { cells } = await run([source, "sys.stderr.write('1'); sys.stdout.write('2');"], executable);
    expect(cells.map(shown)).toEqual([
      ["a", "A", "b", "B", "c\n"],
      ["1", "2"],
    ]);
  });

  test("the names of a notebook exist without IPython: _, __, _2, In, Out, display, get_ipython", async () => {
    const { cells } = await run(
      ["5", "_ + 1", "_, __, _2, Out[1], In[1], len(In)", "display(3)\nget_ipython().user_ns is globals(), __name__"],
      executable,
    );
    expect(cells.map(shown)).toEqual([["5"], ["6"], ["(6, 5, 6, 5, '5', 4)"], ["3", "(True, '__main__')"]]);
  });

  test("classes of the notebook can be pickled by name, and reach the next step", async () => {
    const runner = await StepRunner.start({ python: executable });
    const define =
      "import pickle\nclass P:\n    def __init__(self, a): self.a = a\np = pickle.loads(pickle.dumps(P(3)))";
    await runner.runCells([define], { isLast: false });
    const last = (await runner.runCells(["same = type(p) is P, p.a, P.__module__"])) as CompletedStep;
    expect(variablesOf(last)).toMatchObject({ same: "(True, 3, '__main__')" });
  });

  test("a traceback has the lines of the cell, without the runner's own frames", async () => {
    const { result, cells } = await run(["def f(x):\n    return 1 / x", "y = 1\nf(0)", "never = 1"], executable);
    expect(result).toMatchObject({ kind: "failed", failure: { type: "ZeroDivisionError" } });
    const error = cells[1]?.outputs[0];
    const traceback = error !== undefined && "traceback" in error ? error.traceback.join("\n") : "";
    expect(traceback).toMatch(/^Traceback .*\n {2}File "<cell 2>", line 2, in <module>\n {4}f\(0\)/);
    expect(traceback).toContain('File "<cell 1>", line 2, in f\n    return 1 / x');
    expect(traceback).not.toContain("same_runner");
    expect(cells.map(({ status }) => status)).toEqual(["ok", "error"]);
  });
});

test("a killed step keeps the outputs of its cells up to that point", async () => {
  const { result, cells } = await run(["print('first')", "print('so far')\nimport os\nos.kill(os.getpid(), 9)"]);
  expect(result).toMatchObject({ kind: "failed", failure: { type: "ProcessCrash" } });
  expect(cells.map(shown)).toEqual([["first\n"], ["so far\n", "ProcessCrash"]]);
});

test("messages of the C library about a crash are kept", async () => {
  const { cells } = await run([
    "import faulthandler, os, signal\nfaulthandler.enable()\nos.kill(os.getpid(), signal.SIGSEGV)",
  ]);
  expect(shown(cells[0] as CellRecord)[0]).toContain("Fatal Python error: Segmentation fault");
});

test("a syntax error in a late cell does not stop earlier cells", async () => {
  const { result, cells } = await run(["print('ran')", "x = ("]);
  expect(result).toMatchObject({ kind: "failed", failure: { type: "SyntaxError" } });
  expect(cells.map(shown)).toEqual([["ran\n"], ["SyntaxError"]]);
});

test.each(["import sys; sys.exit()", "import sys; sys.exit(0)", "exit()"])(
  "%j ends the run successfully, with that step as the last one and with its variables",
  async (code) => {
    const runner = await StepRunner.start({ python });
    const result = await runner.runCells([`x = 5\n${code}`, "x = 6"], { isLast: false });
    expect(result).toMatchObject({ kind: "completed", hasExited: true, session_context: expect.any(String) });
    expect(variablesOf(result as CompletedStep)).toMatchObject({ x: "5" });
  },
);

test("a cell that may raise does not fail the run, and its error is shown", async () => {
  const { result, cells } = await run([{ source: "1 / 0", tags: ["raises-exception"] }, "print('on')"]);
  expect(result.kind).toBe("completed");
  expect(cells.map((it) => [it.status, shown(it)])).toEqual([
    ["error", ["ZeroDivisionError"]],
    ["ok", ["on\n"]],
  ]);
});

test("objects are shown in all their formats, and a semicolon hides the last one", async () => {
  const code = [
    "class Rich:",
    "    def _repr_html_(self): return '<b>hi</b>'",
    "    def _repr_png_(self): return b'\\x89PNG'",
    "    def _repr_latex_(self): raise ValueError('no')",
    "    def __repr__(self): return 'Rich()'",
    "class Bundle:",
    "    def _repr_mimebundle_(self, include=None, exclude=None):",
    "        return {'application/x': {'a': 1}, 'application/vnd.jupyter.widget-view+json': {}}, {'application/x': {'m': 2}}",
    "    def __repr__(self): return 'Bundle()'",
    "class Own:",
    "    def _ipython_display_(self): display(Rich(), metadata={'k': 1})",
  ].join("\n");
  const { cells } = await run([code, "Rich()", "Bundle()", "Own()", "Rich();  # hidden"]);
  expect(cells[1]?.outputs).toMatchObject([
    { name: "stderr", text: expect.stringContaining("ValueError: no") },
    { data: { "text/html": "<b>hi</b>", "image/png": "iVBORw==", "text/plain": "Rich()" } },
  ]);
  expect(cells[2]?.outputs).toEqual([
    {
      output_type: "execute_result",
      execution_count: 3,
      data: { "application/x": "{'a': 1}", "text/plain": "Bundle()" },
      metadata: { "application/x": { m: 2 } },
    },
  ]);
  expect(cells[3]?.outputs.at(-1)).toMatchObject({ output_type: "display_data", metadata: { k: 1 } });
  expect(cells[4]?.outputs).toEqual([]);
});

test("a display is updated in place, and output can be cleared", async () => {
  const { cells } = await run([
    "h = display('a', display_id=True)\nh.update('b')\ndisplay('c')",
    "import sys\nget_ipython().display_pub.clear_output()\nprint('x')\nget_ipython().display_pub.clear_output(wait=True)\nprint('y')",
  ]);
  expect(cells.map(shown)).toEqual([["'b'", "'c'"], ["y\n"]]);
});

test("work that a cell starts in the event loop continues in the next cell", async () => {
  const { cells } = await run([
    "import asyncio\nasync def work():\n    await asyncio.sleep(0)\n    return 7\ntask = asyncio.ensure_future(work())\nawait asyncio.sleep(0)",
    "await task",
  ]);
  expect(cells.map(shown)).toEqual([[], ["7"]]);
});

test("a future import applies to later cells", async () => {
  const { result } = await run([
    "from __future__ import annotations",
    "def f(x: Missing): return x\nok = f.__annotations__",
  ]);
  expect(variablesOf(result as CompletedStep)).toMatchObject({ ok: "{'x': 'Missing'}" });
});

test("all hundred thousand lines are kept", async () => {
  const { cells } = await run(["for i in range(100_000): print('line', i)"]);
  const [text] = shown(cells[0] as CellRecord) as [string];
  expect(text.split("\n")).toHaveLength(100_001);
  expect(text).toMatch(/^line 0\nline 1\n[\s\S]*line 99999\n$/);
});

test("child processes print into their cell, and a fork does not corrupt the messages of the step", async () => {
  const code = [
    "import multiprocessing, os",
    "def work(n):",
    "    for _ in range(200): print('w%d ' % n + 'x' * 600)",
    "context = multiprocessing.get_context('fork')",
    "all_ = [context.Process(target=work, args=(n,)) for n in range(3)]",
    "for it in all_: it.start()",
    "for it in all_: it.join()",
    "print('end')",
  ];
  const { cells } = await run([code.join("\n"), "display('next')"]);
  const [text = ""] = shown(cells[0] as CellRecord) as string[];
  expect(text.match(/w\d x{600}\n/g)).toHaveLength(600);
  expect(text.endsWith("end\n")).toBe(true);
  expect(shown(cells[1] as CellRecord)).toEqual(["'next'"]);
});

test("binary data on standard output, and closing it, do not affect the rest of the step", async () => {
  const { cells, result } = await run([
    "import sys\nsys.stdout.buffer.write(b'\\xff\\xfe ok\\n')\nsys.stdout.flush()",
    "import os\nos.write(1, b'\\xff raw\\n')\nsys.stdout.close()",
    "display('still here')",
  ]);
  expect(result.kind).toBe("completed");
  expect(cells.map(shown)).toEqual([["�� ok\n"], ["� raw\n"], ["'still here'"]]);
});

test("a request without cells runs as a single script, as upstream's clients expect", async () => {
  const runner = await StepRunner.start({ python });
  const result = await runner.complete("x = __name__\ntry:\n    get_ipython()\nexcept NameError:\n    y = 'none'\nx");
  expect(variablesOf(result)).toEqual({ x: "'__sameproject_user_code__'", y: "'none'" });
  const { cells } = await runner.detailsOf(result);
  expect(cells).toMatchObject([{ cell: null, executionCount: null, status: "ok", outputs: [] }]);
});

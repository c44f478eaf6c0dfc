import { expect, test } from "vitest";
import { injectParameters } from "../../../toolkit/src/notebook/inject-parameters.ts";
import type { Cell, Notebook } from "../../../toolkit/src/notebook/notebook-file.ts";
import { splitSteps } from "../../../toolkit/src/notebook/split-steps.ts";

/** Cells as `[source, ...tags]`; a source that starts with # is Markdown. */
function notebookOf(...cells: string[][]): Notebook {
  const all = cells.map(
    ([source = "", ...tags], index): Cell => ({
      number: index + 1,
      kind: source.startsWith("#") ? "markdown" : "code",
      source,
      tags,
    }),
  );
  return { file: "n.ipynb", metadata: {}, cells: all };
}

const ALPHA = new Map([["alpha", "0.6"]]);
const stepsOf = (notebook: Notebook) =>
  splitSteps(notebook, new Set(["default"])).steps.map(({ name, code }) => [name, code]);

test("parameters are assigned after the cell with their defaults, within its step", () => {
  const notebook = notebookOf(["# Title"], ["alpha = 1", "parameters", "same_step_1"], ["print(alpha)", "same_step_2"]);
  const { notebook: injected, warnings } = injectParameters(notebook, ALPHA);
  expect(injected.cells[2]).toEqual({
    number: 4,
    kind: "code",
    source: "# Parameters\nalpha = 0.6",
    tags: ["injected-parameters"],
  });
  expect(stepsOf(injected)).toEqual([
    ["same_step_001", "alpha = 1\n# Parameters\nalpha = 0.6"],
    ["same_step_002", "print(alpha)"],
  ]);
  expect(warnings).toEqual([]);
});

test("a cell injected by an earlier run is replaced", () => {
  const notebook = notebookOf(["alpha = 1", "parameters"], ["alpha = 2", "injected-parameters"], ["alpha"]);
  const { notebook: injected } = injectParameters(notebook, ALPHA);
  expect(injected.cells.map(({ number, source }) => [number, source])).toEqual([
    [1, "alpha = 1"],
    [2, "# Parameters\nalpha = 0.6"],
    [3, "alpha"],
  ]);
});

test.each([
  [
    "a title and untagged code",
    [["# Title"], ["x = alpha"]],
    [["same_step_000", "# Parameters\nalpha = 0.6\nx = alpha"]],
  ],
  ["a tagged first cell", [["x = alpha", "same_step_0"]], [["same_step_000", "# Parameters\nalpha = 0.6\nx = alpha"]]],
  [
    "a tagged title",
    [["# Title", "same_step_3"], ["x = alpha"]],
    [["same_step_003", "# Parameters\nalpha = 0.6\nx = alpha"]],
  ],
  ["no code at all", [["# Title"]], [["same_step_000", "# Parameters\nalpha = 0.6"]]],
])("without such a cell parameters come first: %s", (_title, cells, steps) => {
  const { notebook, warnings } = injectParameters(notebookOf(...cells), ALPHA);
  expect(stepsOf(notebook)).toEqual(steps);
  expect(warnings).toEqual([
    "The notebook has no cell with the tag `parameters`; the parameters are set before its first cell.",
    "Passed unknown parameter: alpha.",
  ]);
});

test("a parameter that the cell does not assign leads to a warning", () => {
  const source =
    'alpha: float = 1\nrows = [\n  beta = 1\n]\ntext = """\ngamma = 1\n"""\nif delta == 1:\n  pass\népsilon=2';
  const names = ["alpha", "rows", "text", "épsilon", "beta", "gamma", "delta"];
  const parameters = new Map(names.map((name) => [name, "None"]));
  const { warnings } = injectParameters(notebookOf([source, "parameters"]), parameters);
  expect(warnings).toEqual(
    ["beta", "gamma", "delta"].map((name) => `Passed unknown parameter: ${name} (cell 1 does not assign it).`),
  );
});

test("without parameters the notebook is left unchanged", () => {
  const notebook = notebookOf(["alpha = 1", "parameters"]);
  expect(injectParameters(notebook, new Map())).toEqual({ notebook, warnings: [] });
});

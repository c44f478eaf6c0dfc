import { expect, test } from "vitest";
import type { Cell } from "../../../toolkit/src/notebook/notebook-file.ts";
import { splitSteps } from "../../../toolkit/src/notebook/split-steps.ts";

const DEFAULT_ONLY = new Set(["default"]);

function cells(...drafts: Partial<Cell>[]) {
  return {
    file: "n.ipynb",
    metadata: {},
    cells: drafts.map((draft, index): Cell => ({ number: index + 1, kind: "code", source: "", tags: [], ...draft })),
  };
}

test("cells of one step are joined, and keep their line numbers", () => {
  const { steps } = splitSteps(
    cells({ source: "a = 1\nb = 2" }, { kind: "markdown", source: "# no" }, { source: "c = 3" }),
    DEFAULT_ONLY,
  );
  expect(steps).toMatchObject([
    {
      code: "a = 1\nb = 2\nc = 3",
      cells: [
        { cell: 1, firstLine: 1, lineCount: 2 },
        { cell: 3, firstLine: 3, lineCount: 1 },
      ],
    },
  ]);
});

test("tags other than the known ones are kept, without duplicates", () => {
  const { steps } = splitSteps(
    cells({ source: "a", tags: ["parameters", "cache=P0D"] }, { source: "b", tags: ["parameters", "mine"] }),
    DEFAULT_ONLY,
  );
  expect(steps[0]).toMatchObject({ tags: ["parameters", "mine"], cache: "P0D" });
});

test.each(["P", "PT", "1D", "P1", "P1S", "yesterday"])("cache=%s is rejected", (value) => {
  expect(() => splitSteps(cells({ source: "a", tags: [`cache=${value}`] }), DEFAULT_ONLY)).toThrow(
    /Cell 1 of n.ipynb .* ISO 8601/,
  );
});

test.each(["P0D", "PT12H", "P1Y2M3DT4H5M6S", "P2W", "PT0.5S"])("cache=%s is a duration", (value) => {
  expect(splitSteps(cells({ source: "a", tags: [`cache=${value}`] }), DEFAULT_ONLY).steps[0]?.cache).toBe(value);
});

test.each([
  [["same_step_x"], 'is tagged "same_step_x", which does not start a step'],
  [["same_step_"], "does not start a step"],
  [["same_step_-1"], "does not start a step"],
  [["Same-Step-2"], "does not start a step"],
  [[" same_step_3"], "does not start a step"],
  [["same_step_99999999999999999999"], "does not start a step"],
  [["same_step_1", "same_step_2"], "has the tags same_step_1 and same_step_2"],
  [["cache="], "not an ISO 8601 duration"],
  [["environment="], "has no such environment"],
])("a cell tagged %j is rejected, with its number", (tags, text) => {
  const split = () => splitSteps(cells({ source: "a" }, { source: "b", tags }), DEFAULT_ONLY);
  expect(split).toThrow(text);
  expect(split).toThrow("Cell 2 ");
});

test.each([
  ["same_step_1", "same_step_01"],
  ["same_step_1", "same", "same_steps"],
])("a cell tagged %j starts a step", (...tags) => {
  const { steps } = splitSteps(cells({ source: "a" }, { source: "b", tags }), DEFAULT_ONLY);
  expect(steps.map(({ name }) => name)).toEqual(["same_step_000", "same_step_001"]);
});

test("an environment other than default leads to a warning, as its image is not used", () => {
  const { steps, warnings } = splitSteps(
    cells({ source: "a", tags: ["environment=gpu"] }),
    new Set(["default", "gpu"]),
  );
  expect(steps[0]?.environment).toBe("gpu");
  expect(warnings).toEqual([expect.stringContaining("requests the environment gpu")]);
});

test("removed lines are reported with cell, line and text", () => {
  const { warnings } = splitSteps(cells({ source: "a = 1" }, { source: "\n%magic" }), DEFAULT_ONLY);
  expect(warnings).toEqual(["Cell 2: removed what only Jupyter understands:\n  line 2: %magic"]);
});

test("a long cell in another language is reported by its first lines", () => {
  const { warnings } = splitSteps(
    cells({ source: "a = 1" }, { source: `%%sql\n${"x".repeat(500)}\n${"<b>\n".repeat(99)}` }),
    DEFAULT_ONLY,
  );
  expect(warnings[0]?.split("\n")).toHaveLength(22);
  expect(warnings[0]).toContain(`line 2: ${"x".repeat(160)}…\n`);
  expect(warnings[0]).toContain("  and 81 more lines");
});

test.each(["!pip install x", "%pip install x", "pip install x", "!python -m pip -q install x"])(
  "with upstream's compilation, installing packages by %j leads to advice about requirements.txt",
  (line) => {
    const { warnings } = splitSteps(cells({ source: `${line}\na = 1` }), DEFAULT_ONLY, { upstreamMagics: true });
    expect(warnings[1]).toContain("requirements.txt");
  },
);

test("an install that only pip could resolve leads to a warning that mentions requirements.txt", () => {
  const { warnings, installs } = splitSteps(cells({ source: "!pip install -e .\na = 1" }), DEFAULT_ONLY);
  expect([warnings[1], installs]).toEqual([expect.stringContaining("requirements.txt"), []]);
});

test("a notebook without code becomes one empty step, with a warning", () => {
  const { steps, warnings } = splitSteps(cells({ kind: "markdown", source: "# Title" }), DEFAULT_ONLY);
  expect(steps).toMatchObject([{ name: "same_step_000", code: "", cells: [] }]);
  expect(warnings).toEqual(["n.ipynb has no code, so running it does nothing."]);
});

test("a cell tagged skip-execution is left out, and one tagged raises-exception keeps its tag", () => {
  const { steps } = splitSteps(
    cells({ source: "a" }, { source: "b", tags: ["skip-execution"] }, { source: "c", tags: ["raises-exception"] }),
    DEFAULT_ONLY,
  );
  expect(steps).toMatchObject([{ code: "a\nc", cells: [{ cell: 1 }, { cell: 3, tags: ["raises-exception"] }] }]);
});

test("all tag errors are reported together, in the order of the cells", () => {
  const notebook = cells(
    { source: "a" },
    { source: "b", tags: ["same_step_0", "cache=soon", "requirements="] },
    { source: "c", tags: ["requirements=a.txt", "same_step_x", "same_step_y"] },
    { source: "d", tags: ["environment=gpu", "requirements=b.txt"] },
  );
  expect(() => splitSteps(notebook, DEFAULT_ONLY)).toThrowErrorMatchingInlineSnapshot(`
    [OperationError: n.ipynb has 7 mistakes in its tags:
      cell 2 is tagged cache=soon, which is not an ISO 8601 duration. Use a value such as cache=P0D or cache=PT12H.
      cell 2 is tagged requirements=, without a file. Use a tag such as requirements=plots.txt.
      cell 2 starts same_step_000, as the cells before the first tag (from cell 1) do already. Give one of the cells another number; steps run in the order of the notebook, whatever their numbers.
      cell 3 is tagged "same_step_x", which does not start a step: N in same_step_N must be a number. Use a tag such as same_step_1, or remove it.
      cell 3 is tagged "same_step_y", which does not start a step: N in same_step_N must be a number. Use a tag such as same_step_1, or remove it.
      cell 4 is tagged environment=gpu, but same.yaml has no such environment (it has: default). Declare it under \`environments\` in same.yaml, or change the tag.
      cell 4 is tagged requirements=b.txt, but its step same_step_000 has requirements=a.txt already. Keep one of them, or start another step with a tag same_step_N.]
  `);
});

test("a step that starts a second time is rejected with both cells", () => {
  const notebook = cells({ source: "a", tags: ["same_step_1"] }, { source: "b", tags: ["same_step_1"] });
  expect(() => splitSteps(notebook, DEFAULT_ONLY)).toThrow(
    "Cell 2 of n.ipynb starts same_step_001, as cell 1 does already.",
  );
});

import { expect, test } from "vitest";
import { parseNotebook } from "../../../toolkit/src/notebook/notebook-file.ts";

const notebook = (cells: unknown[], more = {}) =>
  JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells, ...more });

test("a source can be a string or a list of lines", () => {
  const { cells } = parseNotebook(
    notebook([
      { cell_type: "code", source: "a\r\nb" },
      { cell_type: "markdown", source: ["a\n", "b"], metadata: { tags: ["t"] } },
    ]),
    "n.ipynb",
  );
  expect(cells).toEqual([
    { number: 1, kind: "code", source: "a\nb", tags: [] },
    { number: 2, kind: "markdown", source: "a\nb", tags: ["t"] },
  ]);
});

test.each([
  ["invalid JSON", "{", "it is not valid JSON"],
  ["an older format", notebook([], { nbformat: 3 }), "its nbformat is 3, not 4"],
  [
    "a cell of an unknown kind",
    notebook([{ cell_type: "heading", source: "" }]),
    'in cell 1, cell_type is "heading", not code, markdown, raw',
  ],
  ["a cell without a source", notebook([{ cell_type: "code" }]), "in cell 1, source is missing"],
  ["a source of numbers", notebook([{ cell_type: "code", source: [1] }]), "source must be text or a list of texts"],
  [
    "tags that are a string",
    notebook([{ cell_type: "code", source: "", metadata: { tags: "a" } }]),
    "in cell 1, metadata.tags must be a list",
  ],
  ["a cell that is not an object", notebook([null]), "in cell 1, the cell must be a map"],
  ["a list", "[]", "it must be a map"],
  ["a null byte", notebook([{ cell_type: "code", source: "x = '\0'" }]), "cell 1 contains a null byte"],
  [
    "an incomplete character",
    notebook([{ cell_type: "code", source: "x = '\ud800'" }]),
    "cell 1 contains a null byte or an incomplete character",
  ],
  ["another language", notebook([], { metadata: { kernelspec: { language: "R" } } }), "n.ipynb is written in R"],
  ["another language, without a kernel", notebook([], { metadata: { language_info: { name: "julia" } } }), "in julia"],
])("%s is rejected", (_title, content, text) => {
  expect(() => parseNotebook(content, "n.ipynb")).toThrow(text);
});

test.each([
  {},
  { kernelspec: { name: "python3" } },
  { kernelspec: { name: "mine", language: "python" }, language_info: { name: "ipython" } },
])("a notebook with the metadata %j is a Python notebook", (metadata) => {
  expect(parseNotebook(notebook([], { metadata }), "n.ipynb").metadata).toEqual(metadata);
});

test("old line endings and a byte order mark are not part of the code", () => {
  const { cells } = parseNotebook(notebook([{ cell_type: "code", source: "\uFEFFa\rb\r\nc" }]), "n.ipynb");
  expect(cells[0]?.source).toBe("a\nb\nc");
});

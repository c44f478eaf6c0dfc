import { expect, test } from "vitest";
import { parseNotebook } from "../../../toolkit/src/notebook/notebook-file.ts";

const notebook = (cells: unknown[], more = {}) =>
  JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells, ...more });

test("sources may be one text or a list of lines", () => {
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
  ["no JSON", "{", "it holds no JSON"],
  ["an older format", notebook([], { nbformat: 3 }), "its nbformat is wrong"],
  ["a cell of an unknown kind", notebook([{ cell_type: "heading", source: "" }]), "its cells.0.cell_type is wrong"],
  ["a list", "[]", "it is wrong"],
])("%s is refused", (_title, content, text) => {
  expect(() => parseNotebook(content, "n.ipynb")).toThrow(text);
});

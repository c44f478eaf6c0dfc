import { expect, test } from "vitest";
import { renumberCells } from "../../../functions-app/src/contract/renumber-cells.ts";
import { cellRecord } from "../../helpers/run-results.ts";

const details = {
  formatVersion: 1 as const,
  cells: [cellRecord({ cell: 1 }), cellRecord({ cell: null })],
  crossing: [{ name: "x", type: "int", sizeBytes: 28, cell: 2, changed: true }],
  lost: [
    {
      name: "s",
      type: "socket",
      cell: 1,
      reason: "The variable s (socket, made in cell 1) is not supported by dill",
      remedy: "Open it again.",
    },
  ],
};

test("cells, and the variables and messages that refer to them, are renumbered for the other version", () => {
  const numbers = new Map([
    [1, 4],
    [2, 7],
  ]);
  expect(renumberCells(details, (cell) => numbers.get(cell) ?? cell)).toMatchObject({
    cells: [{ cell: 4 }, { cell: null }],
    crossing: [{ name: "x", cell: 7, changed: true }],
    lost: [{ name: "s", cell: 4, reason: "The variable s (socket, made in cell 4) is not supported by dill" }],
  });
  const { crossing: _, lost: __, ...plain } = details;
  expect(renumberCells(plain, (cell) => cell)).not.toHaveProperty("crossing");
});

test("a cell whose number is unknown has none", () => {
  expect(renumberCells(details, (cell) => (cell === 2 ? null : cell)).crossing).toMatchObject([{ cell: null }]);
  expect(renumberCells(details, () => null).lost).toMatchObject([
    { cell: null, reason: "The variable s (socket) is not supported by dill" },
  ]);
});

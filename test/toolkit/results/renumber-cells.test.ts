import { expect, test } from "vitest";
import { renumberCells } from "../../../toolkit/src/results/renumber-cells.ts";
import { cellRecord } from "../../helpers/run-results.ts";

test("cells, and the variables that came from them, get the numbers of the other version", () => {
  const crossing = { name: "x", type: "int", sizeBytes: 28, cell: 2 };
  const lost = { name: "s", type: "socket", cell: 1, reason: "it is open", remedy: "Open it again." };
  const details = { formatVersion: 1 as const, cells: [cellRecord({ cell: 1 }), cellRecord({ cell: null })] };
  const numbers = new Map([
    [1, 4],
    [2, 7],
  ]);
  expect(renumberCells({ ...details, crossing: [crossing], lost: [lost] }, numbers)).toMatchObject({
    cells: [{ cell: 4 }, { cell: null }],
    crossing: [{ name: "x", cell: 7 }],
    lost: [{ name: "s", cell: 4 }],
  });
  expect(renumberCells(details, numbers)).not.toHaveProperty("crossing");
});

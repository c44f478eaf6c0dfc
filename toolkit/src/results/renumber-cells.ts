import type { StepDetails } from "@same-kit/functions-app/contract";

/** What a step showed, with the numbers that its cells have in another version of the notebook. */
export function renumberCells(details: StepDetails, numbers: ReadonlyMap<number, number>): StepDetails {
  const now = (cell: number | null) => (cell === null ? null : (numbers.get(cell) ?? cell));
  return { ...details, cells: details.cells.map((record) => ({ ...record, cell: now(record.cell) })) };
}

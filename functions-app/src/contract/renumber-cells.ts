import type { StepDetails } from "./step-details.ts";

/** The number that a cell has in another version of the notebook; null if it is unknown. */
export type CellNumbers = (cell: number) => number | null;

/** The details of a step with the cell numbers of another version of the notebook. */
export function renumberCells(details: StepDetails, numberOf: CellNumbers): StepDetails {
  const toNow = <Entry extends { cell: number | null }>(list: readonly Entry[]): Entry[] =>
    list.map((entry) => ({ ...entry, cell: entry.cell === null ? null : numberOf(entry.cell) }));
  const { cells, crossing, lost } = details;
  return {
    ...details,
    cells: toNow(cells),
    ...(crossing && { crossing: toNow(crossing) }),
    ...(lost && { lost: toNow(lost.map((entry) => ({ ...entry, reason: renumberReason(entry, numberOf) }))) }),
  };
}

/** The reason that `boundary.py` gives for a lost variable contains the cell's number too. */
export function renumberReason(
  { cell, reason }: { cell: number | null; reason: string },
  numberOf: CellNumbers,
): string {
  if (cell === null) return reason;
  const now = numberOf(cell);
  return reason.replace(`, made in cell ${cell})`, now === null ? ")" : `, made in cell ${now})`);
}

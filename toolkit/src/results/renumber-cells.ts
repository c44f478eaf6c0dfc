import type { StepDetails } from "@same-kit/functions-app/contract";

/** What a step showed, with the numbers that its cells have in another version of the notebook. */
export function renumberCells(details: StepDetails, numbers: ReadonlyMap<number, number>): StepDetails {
  const now = (cell: number | null) => (cell === null ? null : (numbers.get(cell) ?? cell));
  const toNow = <Entry extends { cell: number | null }>(list: readonly Entry[]): Entry[] =>
    list.map((entry) => ({ ...entry, cell: now(entry.cell) }));
  const { cells, crossing, lost } = details;
  return {
    ...details,
    cells: toNow(cells),
    ...(crossing && { crossing: toNow(crossing) }),
    ...(lost && { lost: toNow(lost) }),
  };
}

import { type BoundaryStep, type BoundaryVariable, boundariesOf, summarizeBoundary } from "../results/boundaries.ts";
import type { Console } from "../ui/console.ts";
import { formatSize, wrap } from "../ui/format.ts";
import { renderTable } from "../ui/table.ts";

const REMARK_WIDTH = 72;

/** For each step of a run, a table of the variables passed to the next one and of those that were lost. */
export function reportVariables(steps: readonly BoundaryStep[], console: Console): void {
  const boundaries = boundariesOf(steps);
  if (boundaries.length === 0) {
    console.answer(steps.length < 2 ? "The run has one step: no variables are passed on." : NONE);
    return;
  }
  for (const boundary of boundaries) {
    const rows = boundary.variables.map(toRow);
    console.answer(summarizeBoundary(boundary, formatSize));
    console.answer(renderTable(["Variable", "Type", "Size", "Cell", ""], rows, console));
  }
}

const NONE = "According to the run's record, no step passed variables to the next one.";

function toRow({ name, type, cell, sizeBytes, fate, why }: BoundaryVariable): (string | string[])[] {
  const remark =
    why.length === 0 ? fate : [`${fate}: ${why[0]}`, ...why.slice(1)].flatMap((text) => wrap(text, REMARK_WIDTH));
  return [name, type, sizeBytes === null ? "" : formatSize(sizeBytes), cell === null ? "" : String(cell), remark];
}

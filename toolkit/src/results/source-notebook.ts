import { toText } from "./nbformat.ts";

/** A cell of the notebook that is run; `number` counts the cells of the file from 1, and an added cell comes after them. */
export type RunCell = { number: number; kind: "code" | "markdown" | "raw"; source: string; tags: readonly string[] };

type LooseCell = { cell_type: string; metadata?: Record<string, unknown>; source: string | string[] };
type LooseNotebook = { cells: LooseCell[]; metadata?: Record<string, unknown> };

/**
 * The file of the notebook that is run: with the cell that sets parameters, if there is one.
 *
 * @param text - The file.
 * @returns The text itself if nothing was added or changed.
 */
export function toSourceNotebook(text: string, cells: readonly RunCell[]): string {
  const notebook = JSON.parse(text) as LooseNotebook;
  const isUnchanged = ({ number, source }: RunCell, index: number) =>
    number === index + 1 &&
    toText(notebook.cells[index]?.source ?? "")
      .replace(/^\uFEFF/, "")
      .replace(/\r\n?/g, "\n") === source;
  if (cells.length === notebook.cells.length && cells.every(isUnchanged)) return text;
  const metadata = { ...notebook.metadata, same_kit: { cells: cells.map(({ number }) => number) } };
  return JSON.stringify({ ...notebook, metadata, cells: cells.map((cell) => toCell(cell, notebook.cells)) });
}

/** Maps the cell numbers of results to positions in a file of {@link toSourceNotebook}. */
export function cellIndexes(
  metadata: Readonly<Record<string, unknown>> | undefined,
  count: number,
): Map<number, number> {
  const { cells } = (metadata?.["same_kit"] ?? {}) as { cells?: unknown };
  const numbers =
    Array.isArray(cells) && cells.length === count ? cells : Array.from({ length: count }, (_, i) => i + 1);
  return new Map(numbers.map((number, index) => [number as number, index]));
}

function toCell({ number, kind, source, tags }: RunCell, originals: readonly LooseCell[]): object {
  const { metadata, ...original } = originals[number - 1] ?? { cell_type: kind, source };
  return { ...original, cell_type: kind, metadata: { ...metadata, ...(tags.length > 0 && { tags }) }, source };
}

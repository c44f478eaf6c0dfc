import { createHash } from "node:crypto";
import type { FileCell, NotebookFile } from "./nbformat.ts";
import { toText } from "./nbformat.ts";

const MINOR = 5;
const CELL_ID = /^[a-zA-Z0-9_-]{1,64}$/;

type LooseCell = {
  cell_type: FileCell["cell_type"];
  id?: unknown;
  metadata?: Record<string, unknown>;
  source: string | string[];
  attachments?: unknown;
};

type LooseNotebook = { cells: LooseCell[]; metadata?: Record<string, unknown>; nbformat_minor?: number };

/**
 * The notebook without outputs, valid for nbformat 4.5: with an ID for each cell, and without unknown members.
 *
 * @param text - A notebook that has been validated, of any minor version of format 4.
 */
export function cleanNotebook(text: string): NotebookFile {
  const { cells, metadata = {}, nbformat_minor = 0 } = JSON.parse(text) as LooseNotebook;
  const taken = new Set<string>();
  return {
    cells: cells.map((cell, index) => toCell(cell, idOf(cell, index, taken))),
    metadata: {
      kernelspec: { display_name: "Python 3", language: "python", name: "python3" },
      ...metadata,
    },
    nbformat: 4,
    nbformat_minor: Math.max(MINOR, nbformat_minor),
  };
}

function toCell({ cell_type, metadata = {}, source, attachments }: LooseCell, id: string): FileCell {
  const cell: FileCell = { cell_type, id, metadata: withoutExecution(metadata), source };
  if (cell_type === "code") return { ...cell, execution_count: null, outputs: [] };
  return attachments === undefined ? cell : { ...cell, attachments };
}

/** Removes what an earlier run wrote. */
function withoutExecution({
  execution: _,
  papermill: __,
  ...metadata
}: Record<string, unknown>): Record<string, unknown> {
  return metadata;
}

/** Equal for the same cell at the same position, so that two runs of one notebook can be compared. */
function idOf({ id, source }: LooseCell, index: number, taken: Set<string>): string {
  let found = typeof id === "string" && CELL_ID.test(id) ? id : "";
  for (let attempt = 0; found === "" || taken.has(found); attempt += 1) {
    found = createHash("sha256")
      .update(`${index} ${attempt} ${toText(source)}`)
      .digest("hex")
      .slice(0, 8);
  }
  taken.add(found);
  return found;
}

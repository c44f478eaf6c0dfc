import { decodeUtf8, fromUrlSafeBase64, type InitiateRequest } from "@same-kit/functions-app/contract";
import { formatNotebook, type NotebookFile, toLines } from "./nbformat.ts";

type RequestedStep = InitiateRequest["steps"][number];

/**
 * A notebook reconstructed from the code with which a run was started, for a client without the original: without text cells, and with
 * magics in translated form. A step of a client that sends no cells becomes one cell.
 */
export function toRequestedNotebook({ steps }: InitiateRequest): string {
  const cells = steps.flatMap((step, index) => toCells(step, index));
  const notebook: NotebookFile = {
    cells: cells.map(({ id, source, tags }) => ({
      cell_type: "code",
      id,
      metadata: tags.length === 0 ? {} : { tags },
      source: toLines(source),
      execution_count: null,
      outputs: [],
    })),
    metadata: {
      kernelspec: { display_name: "Python 3", language: "python", name: "python3" },
      same_kit: { cells: cells.map(({ number }) => number) },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
  return formatNotebook(notebook);
}

/** The cell numbers of a step in the original notebook; for a step without cells, its own number. */
export function cellNumbers({ cells }: RequestedStep, index: number): { number: number; lines: number }[] {
  return cells !== undefined && cells.length > 0
    ? [...cells]
    : [{ number: index + 1, lines: Number.POSITIVE_INFINITY }];
}

function toCells(step: RequestedStep, index: number) {
  const bytes = fromUrlSafeBase64(step.code);
  const lines = (bytes === undefined ? "" : (decodeUtf8(bytes) ?? "")).split("\n");
  let next = 0;
  return cellNumbers(step, index).map((cell, at) => {
    const source = lines.slice(next, next + cell.lines).join("\n");
    next += cell.lines;
    const own = step.cells?.[at]?.tags ?? [];
    return {
      id: `cell-${cell.number}`,
      number: cell.number,
      source,
      tags: [...(at === 0 ? stepTag(step, index) : []), ...own],
    };
  });
}

function stepTag({ name }: RequestedStep, index: number): string[] {
  const [, digits] = /^same_step_(\d+)$/.exec(name) ?? [];
  return digits === undefined || (index === 0 && Number(digits) === 0) ? [] : [`same_step_${Number(digits)}`];
}

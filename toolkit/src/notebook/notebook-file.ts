import { OperationError } from "@same-kit/local";
import * as z from "zod/mini";
import type { ToolkitErrorCode } from "../errors.ts";

/** One cell; `number` counts all cells from 1, as a reader of the notebook would. */
export type Cell = { number: number; kind: "code" | "markdown" | "raw"; source: string; tags: readonly string[] };

export type Notebook = { cells: readonly Cell[]; metadata: Readonly<Record<string, unknown>> };

const text = z.union([z.string(), z.array(z.string())]);

const cellSchema = z.object({
  cell_type: z.enum(["code", "markdown", "raw"]),
  source: text,
  metadata: z.optional(z.object({ tags: z.optional(z.array(z.string())) })),
});

const notebookSchema = z.object({
  nbformat: z.literal(4),
  metadata: z.record(z.string(), z.unknown()),
  cells: z.array(cellSchema),
});

/**
 * @param content - The text of an `.ipynb` file, nbformat 4.
 * @param name - How messages call it.
 * @throws OperationError `ERR_NOTEBOOK_INVALID`.
 */
export function parseNotebook(content: string, name: string): Notebook {
  const parsed = notebookSchema.safeParse(parseJson(content, name));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue === undefined || issue.path.length === 0 ? "it" : `its ${issue.path.join(".")}`;
    throw invalid(`${name} is not a notebook of format 4: ${where} is wrong (${issue?.message ?? "unknown reason"}).`);
  }
  const { cells, metadata } = parsed.data;
  return { metadata, cells: cells.map(toCell) };
}

function toCell(cell: z.infer<typeof cellSchema>, index: number): Cell {
  const source = Array.isArray(cell.source) ? cell.source.join("") : cell.source;
  return {
    number: index + 1,
    kind: cell.cell_type,
    source: source.replaceAll("\r\n", "\n"),
    tags: cell.metadata?.tags ?? [],
  };
}

function parseJson(content: string, name: string): unknown {
  try {
    return JSON.parse(content.replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw invalid(`${name} is not a notebook: it holds no JSON (${(cause as Error).message}).`, cause);
  }
}

function invalid(message: string, cause?: unknown): OperationError<ToolkitErrorCode> {
  const hint = "Open it in Jupyter and save it again; older formats are converted by that.";
  return new OperationError({ code: "ERR_NOTEBOOK_INVALID", message, hint, cause });
}

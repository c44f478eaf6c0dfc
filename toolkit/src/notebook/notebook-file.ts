import { OperationError } from "@same-kit/shared";
import * as z from "zod/mini";
import type { ToolkitErrorCode } from "../errors.ts";

/** One cell; `number` counts all cells from 1, as readers of the notebook do. */
export type Cell = { number: number; kind: "code" | "markdown" | "raw"; source: string; tags: readonly string[] };

export type Notebook = {
  /** Its name in messages. */
  file: string;
  cells: readonly Cell[];
  metadata: Readonly<Record<string, unknown>>;
};

const text = z.union([z.string(), z.array(z.string())]);

const cellSchema = z.object({
  cell_type: z.enum(["code", "markdown", "raw"]),
  source: text,
  metadata: z.optional(z.object({ tags: z.optional(z.array(z.string())) })),
});

const notebookSchema = z.object({
  nbformat: z.literal(4),
  metadata: z.optional(z.record(z.string(), z.unknown())),
  cells: z.array(cellSchema),
});

/**
 * @param content - The text of an `.ipynb` file, nbformat 4.
 * @param file - Its name in messages.
 * @throws OperationError `ERR_NOTEBOOK_INVALID`.
 */
export function parseNotebook(content: string, file: string): Notebook {
  const parsed = notebookSchema.safeParse(parseJson(content, file), { error: explain });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(`${file} is not a notebook of format 4: ${issue === undefined ? "it is invalid" : describe(issue)}.`);
  }
  const { cells, metadata = {} } = parsed.data;
  refuseOtherLanguages(metadata, file);
  const notebook = { file, metadata, cells: cells.map(toCell) };
  refuseBrokenText(notebook);
  return notebook;
}

function toCell(cell: z.infer<typeof cellSchema>, index: number): Cell {
  const source = Array.isArray(cell.source) ? cell.source.join("") : cell.source;
  return {
    number: index + 1,
    kind: cell.cell_type,
    source: source.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n"),
    tags: cell.metadata?.tags ?? [],
  };
}

function parseJson(content: string, file: string): unknown {
  try {
    return JSON.parse(content);
  } catch (cause) {
    throw invalid(`${file} is not a notebook: it is not valid JSON (${(cause as Error).message}).`, cause);
  }
}

/** Readers of a notebook count its cells from 1. */
function describe({ path: [first, index, ...rest], message }: z.core.$ZodIssue): string {
  if (first === undefined) return `it ${message}`;
  if (first !== "cells" || typeof index !== "number") return `its ${String(first)} ${message}`;
  return `in cell ${index + 1}, ${rest.length === 0 ? "the cell" : rest.join(".")} ${message}`;
}

function explain(issue: z.core.$ZodRawIssue): string {
  if (issue.input === undefined) return "is missing";
  if (issue.code === "invalid_value") return `is ${JSON.stringify(issue.input)}, not ${issue.values.join(", ")}`;
  if (issue.code === "invalid_union") return "must be text or a list of texts";
  const words: Record<string, string> = { string: "text", array: "a list" };
  return `must be ${issue.code === "invalid_type" ? (words[issue.expected] ?? "a map") : "something else"}`;
}

/** Code for another kernel would run as Python, and some of it would be valid Python. */
function refuseOtherLanguages(metadata: Notebook["metadata"], file: string): void {
  const { kernelspec, language_info } = metadata as Record<string, { language?: unknown; name?: unknown } | undefined>;
  const languages = [kernelspec?.language, language_info?.name].filter((it) => typeof it === "string" && it !== "");
  if (languages.length === 0 || languages.some((it) => /python/i.test(it as string))) return;
  throw invalid(
    `${file} is written in ${languages[0]}, according to its kernel; steps are Python.`,
    undefined,
    "Use a Python notebook; if it is one, choose a Python kernel in Jupyter and save it.",
  );
}

/** Neither is valid in Python source; a lone surrogate would be sent as a different character. */
function refuseBrokenText({ cells, file }: Notebook): void {
  const broken = cells.find(({ source }) => source.includes("\0") || !source.isWellFormed());
  if (broken === undefined) return;
  throw invalid(`${file} is damaged: cell ${broken.number} contains a null byte or an incomplete character.`);
}

const SAVE_AGAIN = "Open it in Jupyter and save it again; that converts older formats.";

function invalid(message: string, cause?: unknown, hint = SAVE_AGAIN): OperationError<ToolkitErrorCode> {
  return new OperationError({ code: "ERR_NOTEBOOK_INVALID", message, hint, cause });
}

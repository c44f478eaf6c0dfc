import { type FileCell, type NotebookFile, toText } from "../nbformat.ts";
import type { RunResults, StepResult } from "../run-results.ts";
import { cellIndexes } from "../source-notebook.ts";
import { escapeHtml } from "./escape.ts";
import { renderEnvironment, renderHead, renderLog, renderVariables, renderWarnings } from "./facts.ts";
import { FRAME_SCRIPT } from "./foreign-html.ts";
import { formatMs } from "./format.ts";
import { type MarkdownToHtml, type OutputOptions, renderOutput } from "./output.ts";
import { plotlyLibrary } from "./plotly.ts";
import { highlightPython } from "./python-code.ts";
import { STYLE } from "./style.ts";
import { renderTimeline } from "./timeline.ts";

export type ReportInput = {
  /** The notebook after the run. */
  notebook: NotebookFile;
  results: RunResults;
  log: string;
  /** From {@link loadMarkdown}. */
  markdownToHtml: MarkdownToHtml;
  /** plotly's library, if the notebook contains plotly figures; null: the figures need a network. */
  plotlyJs?: string | null;
};

/** One HTML file with everything that a run showed. It needs nothing else: no network, no other file. */
export function toReport({ notebook, results, log, markdownToHtml, plotlyJs = null }: ReportInput): string {
  const body = [
    renderHead(results),
    renderTimeline(results),
    renderWarnings(results),
    renderNotebook(notebook, results, { hasPlotly: plotlyJs !== null, markdownToHtml }),
    renderVariables(results),
    renderEnvironment(results),
    renderLog(log),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(`${results.notebook}: ${results.status}`)}</title>
<style>${STYLE}</style>
<script>${FRAME_SCRIPT}</script>
</head>
<body>
<main>
${body.filter((part) => part !== "").join("\n")}
</main>
${plotlyJs === null ? "" : plotlyLibrary(plotlyJs)}
<script>addEventListener("beforeprint", () => { for (const it of document.querySelectorAll("details")) it.open = true; });</script>
</body>
</html>
`;
}

/** Loads the library, which takes 10 ms, only for a notebook that contains Markdown. */
export async function loadMarkdown({ cells }: NotebookFile): Promise<MarkdownToHtml> {
  const isNeeded = cells.some(
    ({ cell_type, outputs = [] }) =>
      cell_type === "markdown" || outputs.some(({ data }) => data !== undefined && "text/markdown" in (data as object)),
  );
  return isNeeded ? (await import("./markdown.ts")).markdownToHtml : escapeHtml;
}

function renderNotebook({ cells, metadata }: NotebookFile, { steps }: RunResults, options: OutputOptions): string {
  const indexes = cellIndexes(metadata, cells.length);
  const begins = new Map(steps.map((step) => [indexes.get(step.cells[0] ?? 0), step]));
  const parts = cells.map((cell, index) => {
    const step = begins.get(index);
    return `${step === undefined ? "" : renderStep(step)}${renderCell(cell, options)}`;
  });
  return `<section><h2>Notebook</h2>${parts.join("\n")}</section>`;
}

function renderStep({ name, durationMs, status, cache }: StepResult): string {
  const time = durationMs === null ? status.replace("-", " ") : formatMs(durationMs);
  const from = cache?.isHit === true ? ` · cached: the result of the run ${cache.runId}` : "";
  return `<div class="step" id="${escapeHtml(name)}"><b>${escapeHtml(name)}</b> ${escapeHtml(`${time}${from}`)}</div>`;
}

function renderCell(cell: FileCell, options: OutputOptions): string {
  const source = toText(cell.source);
  if (cell.cell_type === "markdown") {
    return `<div class="cell"><div class="markdown">${options.markdownToHtml(source, cell.attachments)}</div></div>`;
  }
  if (cell.cell_type === "raw")
    return `<div class="cell"><pre class="source" style="grid-column:2">${escapeHtml(source)}</pre></div>`;
  const { duration_ms: ms, status } = (cell.metadata["same_kit"] ?? {}) as { duration_ms?: number; status?: string };
  const count =
    cell.execution_count === null || cell.execution_count === undefined ? " " : escapeHtml(cell.execution_count);
  const time = ms === undefined ? "" : `<br>${escapeHtml(formatMs(ms))}`;
  const outputs = (cell.outputs ?? []).map((output) => renderOutput(output, options)).join("");
  return `<div class="cell${status === "error" ? " failed" : ""}"><div class="count">[${count}]${time}</div><pre class="source">${highlightPython(source)}</pre><div class="outputs">${outputs}</div></div>`;
}

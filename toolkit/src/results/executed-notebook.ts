import type { CellOutput, CellRecord, MimeBundle, StepDetails } from "@same-kit/functions-app/contract";
import { cleanNotebook } from "./clean-notebook.ts";
import { type FileCell, type FileOutput, type NotebookFile, toLines } from "./nbformat.ts";
import type { RunResults, StepResult } from "./run-results.ts";
import { cellIndexes } from "./source-notebook.ts";

/**
 * The notebook after the run: each cell with its own outputs, count and times.
 *
 * @param text - The notebook that was run.
 */
export function toExecutedNotebook(text: string, run: RunResults): NotebookFile {
  const notebook = cleanNotebook(text);
  const updates = run.steps.flatMap(({ details }) => details?.updates ?? []);
  const indexes = cellIndexes(notebook.metadata, notebook.cells.length);
  const cellOf: CellOf = (number) => (number === undefined ? undefined : notebook.cells[indexes.get(number) ?? -1]);
  for (const step of run.steps) fillStep(cellOf, step, updates);
  const { id, status, startedAt, durationMs, python } = run;
  const order = notebook.metadata["same_kit"] as object | undefined;
  notebook.metadata["same_kit"] = { ...order, run: id, status, started_at: startedAt, duration_ms: durationMs };
  if (python !== null) notebook.metadata["language_info"] = withVersion(notebook.metadata, python.version);
  return notebook;
}

function withVersion({ language_info }: Record<string, unknown>, version: string): Record<string, unknown> {
  return { file_extension: ".py", mimetype: "text/x-python", ...(language_info as object), name: "python", version };
}

type Updates = NonNullable<StepDetails["updates"]>;

/** Finds a cell by the number that the results use. */
type CellOf = (number: number | undefined) => FileCell | undefined;

function fillStep(cellOf: CellOf, step: StepResult, updates: Updates): void {
  const first = cellOf(step.cells[0]);
  const records = step.details?.cells ?? [];
  for (const record of records) {
    // Output before the step's first cell, or of a step without cells, is shown where the step begins.
    const cell = record.cell === null ? first : cellOf(record.cell);
    if (cell?.outputs === undefined) continue;
    cell.outputs.push(...record.outputs.map((output) => toFileOutput(output, updates)));
    if (record.startedAt !== null) fillRecord(cell, record, step);
  }
  const hasError = records.some(({ outputs }) => outputs.some(({ output_type }) => output_type === "error"));
  if (step.failure !== null && !hasError) first?.outputs?.push(toError(step.failure));
}

/** In Jupyter's format for a cell's times, where its extensions look for them. */
function fillRecord(
  cell: FileCell,
  { executionCount, startedAt, durationMs, status }: CellRecord,
  step: StepResult,
): void {
  cell.execution_count = executionCount;
  const started = startedAt as string;
  const ended = durationMs === undefined ? null : new Date(Date.parse(started) + durationMs).toISOString();
  cell.metadata["execution"] = {
    "iopub.execute_input": started,
    "iopub.status.busy": started,
    ...(ended !== null && { "iopub.status.idle": ended, "shell.execute_reply": ended }),
  };
  cell.metadata["same_kit"] = {
    step: step.name,
    status,
    ...(durationMs !== undefined && { duration_ms: durationMs }),
    ...(step.cache?.isHit === true && { cached: true, cached_from: step.cache.runId }),
  };
}

function toFileOutput(output: CellOutput, updates: Updates): FileOutput {
  switch (output.output_type) {
    case "stream":
      return { ...output, text: toLines(output.text) };
    case "error":
      return output;
    case "execute_result":
      return { ...output, data: toFileData(output.data) };
    case "display_data": {
      // The latest one is kept; the ID only has a meaning for a running kernel.
      const { display_id, ...shown } = output;
      const update = display_id === undefined ? undefined : updates.findLast((it) => it.display_id === display_id);
      const { data, metadata } = update ?? shown;
      return { output_type: shown.output_type, data: toFileData(data), metadata };
    }
  }
}

function toFileData(data: MimeBundle): MimeBundle {
  return Object.fromEntries(Object.entries(data).map(([type, form]) => [type, toFileForm(type, form)]));
}

/** JSON is unchanged; base64 is written on one line, as by Jupyter. */
function toFileForm(type: string, form: unknown): unknown {
  if (/[/+]json$/.test(type)) return form;
  const text = typeof form === "string" ? form : JSON.stringify(form);
  return type.startsWith("text/") || type === "image/svg+xml" || type === "application/javascript"
    ? toLines(text)
    : text;
}

function toError({ type, message, traceback }: NonNullable<StepResult["failure"]>): FileOutput {
  const lines = traceback === "" ? [`${type}: ${message}`] : traceback.split("\n");
  return { output_type: "error", ename: type, evalue: message, traceback: lines };
}

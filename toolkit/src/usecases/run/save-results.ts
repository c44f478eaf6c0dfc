// The executed notebook and the report of a run, written however the run ended, with all that is known.

import {
  type BlobReference,
  type CellNumbers,
  renumberCells,
  renumberReason,
  type StepDetails,
} from "@same-kit/functions-app/contract";
import { reasonOf } from "@same-kit/shared";
import type { AnsweredRun } from "../../adapters/app/run-status.ts";
import { type ReadDetails, readStepDetails } from "../../adapters/app/step-details.ts";
import type { Step } from "../../notebook/split-steps.ts";
import { toExecutedNotebook } from "../../results/executed-notebook.ts";
import { formatNotebook } from "../../results/nbformat.ts";
import type { RunResults, StepResult } from "../../results/run-results.ts";
import type { RunningRun } from "./run-state.ts";

/** The notebook at the start of the run. */
export const SOURCE_NOTEBOOK = "source.ipynb";
const EXECUTED_NOTEBOOK = "notebook.ipynb";
const REPORT = "report.html";
const PLOTLY_JS = "plotly.min.js";

const READ_LIMIT_MS = 60_000;

/** Loaded on demand: the report's code takes some ms to load, which a start need not wait for. */
export const loadReport = () => import("../../results/report/report.ts");

/** What is known about the steps before their details are read. */
export type KnownSteps = Pick<AnsweredRun, "steps" | "failed" | "unfinished">;

type SavedResults = {
  /** Paths; null if the file could not be written. */
  notebook: string | null;
  report: string | null;
  steps: StepResult[];
  warnings: string[];
};

/** @returns null if the app cannot answer, for example because it has another version or is gone. */
export async function askKnownSteps({ host, folder, deps }: RunningRun): Promise<KnownSteps | null> {
  const signal = AbortSignal.any([deps.leaveNow, AbortSignal.timeout(READ_LIMIT_MS)]);
  return host.client.details(folder.record.id, signal).catch(() => null);
}

/** Reads what the steps' cells printed and displayed. */
export async function loadStepResults(run: RunningRun, known: KnownSteps | null): Promise<StepResult[]> {
  const { steps = [], failed = null, unfinished = null } = known ?? {};
  const results: StepResult[] = [];
  for (const step of run.steps) {
    const done = steps.find(({ name }) => name === step.name);
    if (done !== undefined) results.push({ ...(await toResult(run, step, done)), status: "completed" });
    else if (failed?.name === step.name) {
      results.push({ ...(await toResult(run, step, failed)), status: "failed", failure: failed.failure });
    } else if (unfinished?.step === step.name) {
      results.push({ ...notRun(step), status: "unfinished", ...(await loadDetails(run, unfinished.details)) });
    } else results.push(notRun(step));
  }
  return results;
}

/** Writes the files; a failure does not affect the run's result. */
export async function saveResults(
  run: RunningRun,
  results: RunResults,
): Promise<Pick<SavedResults, "notebook" | "report" | "warnings">> {
  const { folder } = run;
  const saved: Pick<SavedResults, "notebook" | "report" | "warnings"> = { notebook: null, report: null, warnings: [] };
  const source = await folder.readFile(SOURCE_NOTEBOOK);
  if (source === null) return saved;
  try {
    const notebook = toExecutedNotebook(source, results);
    const { toReport, loadMarkdown } = await loadReport();
    saved.notebook = await folder.saveFile(EXECUTED_NOTEBOOK, formatNotebook(notebook));
    const plotlyJs = await loadAsset(run, results, PLOTLY_JS);
    saved.report = await folder.saveFile(
      REPORT,
      toReport({
        notebook,
        results,
        log: (await folder.readFile("log.txt")) ?? "",
        markdownToHtml: await loadMarkdown(notebook),
        plotlyJs,
      }),
    );
  } catch (error) {
    saved.warnings.push(`The executed notebook could not be saved in ${folder.dir}: ${reasonOf(error)}.`);
  }
  return saved;
}

type KnownStep = KnownSteps["steps"][number] | NonNullable<KnownSteps["failed"]>;

async function toResult(run: RunningRun, step: Step, record: KnownStep): Promise<StepResult> {
  const { startedAt, durationMs, codeMs = null, python = null, environment = null, keptFrom = null } = record;
  const { cache = null } = record;
  const loaded = await loadDetails(run, record.details);
  const numberOf = keptFrom === null ? null : await numbersSince(run, keptFrom);
  const details = loaded.details && numberOf ? renumberCells(loaded.details, numberOf) : loaded.details;
  const own = numberOf ? renumberWarnings(record.warnings, loaded.details, numberOf) : record.warnings;
  const warnings = [...own, ...loaded.warnings];
  return {
    ...notRun(step),
    startedAt,
    durationMs,
    codeMs,
    python,
    environment,
    warnings,
    details,
    keptFrom,
    cache: keptFrom === null ? cache : null,
  };
}

/** Cells may have moved since a step ran, because text cells before it were added or removed. */
async function numbersSince(run: RunningRun, id: string): Promise<CellNumbers> {
  const request = await (await run.records.find(id))?.readRequest().catch(() => null);
  const now = new Map(run.steps.map(({ name, cells }) => [name, cells]));
  const numbers = new Map<number, number>();
  for (const { name, cells = [] } of request?.steps ?? []) {
    for (const [index, { number }] of cells.entries()) numbers.set(number, now.get(name)?.[index]?.cell ?? number);
  }
  return (cell) => numbers.get(cell) ?? cell;
}

function renumberWarnings(warnings: readonly string[], details: StepDetails | null, numberOf: CellNumbers): string[] {
  const { lost = [] } = details ?? {};
  const now = (warning: string) =>
    lost.reduce((text, entry) => text.replace(entry.reason, () => renumberReason(entry, numberOf)), warning);
  return warnings.map(now);
}

/** Null if the details are missing or invalid; the other steps' details are still useful. */
async function loadDetails(run: RunningRun, value: unknown): Promise<Pick<StepResult, "details" | "warnings">> {
  if (value === undefined) return { details: null, warnings: [] };
  const inAnswer = readStepDetails(value);
  if (inAnswer.kind !== "blob") return toDetails(inAnswer);
  const content = await readBlob(run, inAnswer.blob).catch(() => null);
  return content === null ? { details: null, warnings: [] } : toDetails(readStepDetails(jsonOf(content)));
}

function toDetails(read: ReadDetails): Pick<StepResult, "details" | "warnings"> {
  if (read.kind === "details") return { details: read.details, warnings: [] };
  const at = read.kind === "invalid" ? read.at : "value";
  return {
    details: null,
    warnings: [`Its outputs are omitted: the stored outputs violate the contract (${at} is invalid).`],
  };
}

function jsonOf(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString("utf8"));
  } catch {
    return undefined;
  }
}

/** Several steps that use the same file share one blob. Null if no step needed it, or if it is gone. */
async function loadAsset(run: RunningRun, { steps }: RunResults, name: string): Promise<string | null> {
  const blob = steps.flatMap(({ details }) => details?.assets?.[name] ?? [])[0];
  if (blob === undefined) return null;
  return readBlob(run, blob).then(
    (content) => content.toString("utf8"),
    () => null,
  );
}

async function readBlob({ host, folder, deps }: RunningRun, { name }: BlobReference): Promise<Buffer> {
  const signal = AbortSignal.any([deps.leaveNow, AbortSignal.timeout(READ_LIMIT_MS)]);
  const parts: Uint8Array[] = [];
  for await (const part of host.client.readBlob(folder.record.id, name, signal)) parts.push(part);
  return Buffer.concat(parts);
}

function notRun({ name, cells }: Step): StepResult {
  return {
    name,
    status: "not-run",
    startedAt: null,
    durationMs: null,
    codeMs: null,
    python: null,
    environment: null,
    warnings: [],
    details: null,
    failure: null,
    keptFrom: null,
    cache: null,
    cells: cells.map(({ cell }) => cell),
  };
}

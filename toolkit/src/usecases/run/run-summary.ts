import { parseStepFailure } from "@same-kit/functions-app/contract";
import type { RunResult, RunStatus } from "../../adapters/app/run-status.ts";
import type { CellRange, Step } from "../../notebook/split-steps.ts";
import type { SummarizedStep } from "../../results/summarize-step.ts";
import type { ResultFiles } from "./save-files.ts";

export type RunOutcome = "completed" | "failed" | "terminated" | "timed-out" | "lost" | "interrupted";

export type RunFailure = {
  code: string;
  /** The step that failed; null if none did. */
  step: string | null;
  message: string;
  traceback: string | null;
  /** The position in the notebook; null if the traceback does not lead there. */
  cell: { number: number; line: number } | null;
};

/** The summary of a run, as printed by `--json` and stored in `summary.json`. */
export type RunSummary = {
  formatVersion: 1;
  id: string;
  notebook: string;
  status: RunOutcome;
  startedAt: string;
  durationMs: number;
  /** The parameters by name; numbers that JSON cannot represent are text. */
  parameters: Readonly<Record<string, unknown>>;
  /** The Python that wrote the session. */
  python: RunResult["python"] | null;
  steps: readonly SummarizedStep[];
  variables: RunResult["variables"];
  /** How many variables were omitted. */
  variablesOmitted: number;
  /** The location of the last session: a file (for a large session, `session/session.json`), or a blob of the app's storage. */
  session: { file: string } | { blob: string; container: string } | null;
  failure: RunFailure | null;
  warnings: readonly string[];
  /** The executed notebook and the report; null if they do not exist. */
  results: { notebook: string | null; report: string | null };
  /** The files that the steps created or changed in their working directory. */
  files: ResultFiles;
  /** The run's folder. */
  record: string;
  stateDir: string;
  /** `stateDir` is the folder whose commands find it. */
  host: { url: string; hubName: string; isKept: boolean; stateDir: string };
};

/** The failure of a run that ended by itself. */
export function describeFailure({ runtimeStatus, output }: RunStatus, steps: readonly Step[]): RunFailure {
  const text = typeof output === "string" ? output : JSON.stringify(output);
  if (runtimeStatus !== "Failed") {
    return { code: "ERR_RUN_TERMINATED", step: null, message: text, traceback: null, cell: null };
  }
  const failure = parseStepFailure(text);
  if (failure === undefined) return { code: "ERR_RUN_FAILED", step: null, message: text, traceback: null, cell: null };
  const { step, summary, traceback } = failure;
  const cells = steps.find(({ name }) => name === step)?.cells ?? [];
  const cell = findCell(traceback, step, cells);
  return { code: "ERR_RUN_FAILED", step, message: summary, traceback: traceback === "" ? null : traceback, cell };
}

/** The innermost line of the traceback in the step's own code: the app names cells, an app of another version names the step. */
function findCell(traceback: string, step: string, cells: readonly CellRange[]): RunFailure["cell"] {
  const frames = [...traceback.matchAll(/File "<([^"]*)>", line (\d+)/g)].map(([, file = "", line]) => {
    const number = Number(/^cell (\d+)$/.exec(file)?.[1]);
    if (cells.some(({ cell }) => cell === number)) return { number, line: Number(line) };
    return file === step ? toCell(Number(line), cells) : null;
  });
  return frames.findLast((frame) => frame !== null) ?? null;
}

function toCell(line: number, cells: readonly CellRange[]): RunFailure["cell"] {
  const range = cells.find(({ firstLine, lineCount }) => line >= firstLine && line < firstLine + lineCount);
  return range === undefined ? null : { number: range.cell, line: line - range.firstLine + 1 };
}

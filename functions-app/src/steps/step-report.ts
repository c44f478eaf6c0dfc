import { readFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { StepFailure } from "../contract/executor-call.ts";
import type { VariableSummary } from "../contract/run-result.ts";
import type { SessionDescription } from "../contract/session-parts.ts";
import type { CrossingVariable, LostVariable } from "../contract/step-details.ts";
import type { StepExit } from "../python/step-process.ts";
import type { ReportedReads } from "./cache/seen-files.ts";

/** `report.json`, written by runner/same_runner/step.py. */
export type StepReport = {
  /** The session for the next step, or a result that is too large to be inline; null: it is in `session.out`. */
  session?: Omit<SessionDescription, "writtenAtMs"> | null;
  codeMs?: number;
  failure?: StepFailure;
  foreignPackages?: string[];
  /** Variables that do not reach the next step. */
  lost?: LostVariable[];
  /** Variables that do. */
  crossing?: CrossingVariable[];
  packages?: Record<string, string>;
  /** Parts of the interpreter's state that are lost. */
  notices?: string[];
  variables?: VariableSummary[];
  variablesOmitted?: number;
  /** The step ended the run, as `sys.exit()` does. */
  hasExited?: boolean;
  /** The disk was full, so the step's files were dropped to make room for this report. */
  filesLost?: boolean;
  /** Present if the order requested it. */
  reads?: ReportedReads;
};

// The runner's exit code, from sysexits.h, if it could not write the report.
const EX_IOERR = 74;
// Each warning is stored in the history and in the output, so thousands of them would cost more than they are worth.
const MAX_WARNINGS = 100;

/** The report, or the failure of a process that exited before writing one. */
export async function readReport(folder: string, exit: StepExit): Promise<StepReport> {
  const text = await readFile(path.join(folder, "report.json"), "utf8").catch(() => undefined);
  return text === undefined ? { failure: failureOf(exit) } : (JSON.parse(text) as StepReport);
}

function failureOf({ code, signal }: StepExit): StepFailure {
  if (code === EX_IOERR) {
    const message = "The step's result could not be written; the last line of its error output says why.";
    return { type: "ResultLost", message, traceback: "" };
  }
  if (signal === undefined) {
    const message = `The step ended its Python process itself, with exit code ${code}, so that it has no result.`;
    return { type: "ProcessExit", message, traceback: "" };
  }
  const name = Object.entries(os.constants.signals).find(([, number]) => number === signal)?.[0] ?? String(signal);
  const guess = name === "SIGKILL" ? "; often the system does that when memory runs out" : "";
  return { type: "ProcessCrash", message: `The step's Python process was ended by ${name}${guess}.`, traceback: "" };
}

/** Problems that are not failures, but unexpected. */
export function warningsOf({ foreignPackages = [], lost = [], notices = [] }: StepReport): string[] {
  const packages = foreignPackages.map(
    (name) =>
      `The step imports ${name}, which comes from this machine's Python and is not in a requirements.txt: it may be missing elsewhere.`,
  );
  const variables = lost.map(
    ({ name, reason, remedy }) => `${name} cannot be passed to later steps. ${reason}. ${remedy}`,
  );
  const all = [...packages, ...variables, ...notices];
  if (all.length <= MAX_WARNINGS) return all;
  return [...all.slice(0, MAX_WARNINGS), `(${all.length - MAX_WARNINGS} more warnings are left out.)`];
}

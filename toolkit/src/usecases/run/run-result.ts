import path from "node:path";
import { parseRunResult, type RunResult, type RunStatus } from "../../adapters/app/run-status.ts";
import type { RunState } from "../../adapters/records/run-records.ts";
import type { RunResults, StepResult } from "../../results/run-results.ts";
import { summarizeStep } from "../../results/summarize-step.ts";
import type { RunningRun } from "./run-state.ts";
import { describeFailure, type RunFailure, type RunOutcome, type RunSummary } from "./run-summary.ts";
import { NO_FILES, type SavedFiles, saveFiles } from "./save-files.ts";
import { askKnownSteps, type KnownSteps, loadStepResults, saveResults } from "./save-results.ts";
import { saveSession } from "./save-session.ts";
import { readKnown, writeInPlace } from "./write-in-place.ts";

/** Why a run will not make further progress. */
export type Ending =
  | {
      kind: "ended";
      status: RunStatus;
      /** For a run that had ended before this process checked. */
      endedAt?: Date;
    }
  | { kind: "interrupted" }
  | { kind: "timed-out"; limitMs: number }
  | { kind: "lost" };

/** Saves all that is known about a run that has ended. */
export async function finishRun(run: RunningRun, ending: Ending): Promise<RunSummary> {
  const isCompleted = ending.kind === "ended" && ending.status.runtimeStatus === "Completed";
  const result = isCompleted ? parseRunResult(ending.status.output, run.host.url) : null;
  const failure = isCompleted ? null : toFailure(ending, run);
  const known = await findSteps(run, result);
  const [saved, steps, { warnings: unsavedFiles, emptyFolders: _emptyFolders, ...files }] = await Promise.all([
    result === null ? null : saveSession(result, run),
    loadStepResults(run, known),
    saveRunFiles(run, known).then((it) => (isCompleted ? writeInPlace(run, it) : it)),
  ]);
  const endedAt = (ending.kind === "ended" ? ending.endedAt : undefined) ?? new Date();
  const warnings = [
    ...run.warnings,
    ...steps.flatMap((step) => step.warnings.map((text) => `${step.name}: ${text}`)),
    ...(saved?.warnings ?? []),
    ...unsavedFiles,
  ];
  const draft: Omit<RunSummary, "results"> = {
    ...describeRun(run, ending, endedAt),
    python: result?.python ?? null,
    steps: steps.map(summarizeStep),
    variables: result?.variables ?? [],
    variablesOmitted: result?.variables_omitted ?? 0,
    session: saved?.session ?? null,
    failure,
    warnings,
    files,
  };
  const { notebook, report, warnings: missing } = await saveResults(run, toResults(draft, steps));
  const summary = { ...draft, results: { notebook, report }, warnings: [...warnings, ...missing] };
  const unsaved = await saveRecord(run, summary, endedAt);
  return unsaved === null ? summary : { ...summary, warnings: [...summary.warnings, unsaved] };
}

type Described = "formatVersion" | "id" | "notebook" | "status" | "startedAt" | "durationMs" | "parameters";

/** The run as described by its record and its host. */
function describeRun(
  { folder, host }: RunningRun,
  ending: Ending,
  endedAt: Date,
): Pick<RunSummary, Described | "record" | "stateDir" | "host"> {
  const { id, notebook, startedAt, parameters = {} } = folder.record;
  const { url, hubName, stateDir, booted, isRemote } = host;
  return {
    formatVersion: 1,
    id,
    notebook,
    status: outcomeOf(ending),
    startedAt,
    durationMs: endedAt.getTime() - Date.parse(startedAt),
    parameters: Object.fromEntries(Object.entries(parameters).map(([name, { value }]) => [name, value])),
    record: folder.dir,
    stateDir: folder.stateDir,
    host: { url, hubName, isKept: booted === null && isRemote !== true, stateDir },
  };
}

/** A run that did not complete has no output: the app is queried for the results that exist. */
async function findSteps(run: RunningRun, result: RunResult | null): Promise<KnownSteps | null> {
  return result === null ? askKnownSteps(run) : { steps: result.steps, failed: null, unfinished: null };
}

/** The files after the last step that ended. */
async function saveRunFiles(run: RunningRun, known: KnownSteps | null): Promise<SavedFiles> {
  const { host, folder, sent, deps } = run;
  const last = known?.failed ?? known?.steps.at(-1);
  const manifest = last?.files;
  // Equal to what was sent: no step changed a file.
  if (last === undefined || manifest?.sha256 === sent.files) return NO_FILES;
  const begun = folder.record.inPlace === undefined ? null : await readKnown(run.records, folder);
  const paths = begun?.map(({ path: at }) => at) ?? sent.paths;
  // A step that completed without files has deleted them all; for a failed step, the files may be unknown.
  if (manifest === undefined) return known?.failed ? NO_FILES : { ...NO_FILES, deleted: [...paths] };
  const target = path.join(folder.dir, "files");
  return saveFiles({
    client: host.client,
    id: folder.record.id,
    manifest,
    folder: target,
    sent: paths,
    signal: deps.leaveNow,
  });
}

function toResults(summary: Omit<RunSummary, "results">, steps: readonly StepResult[]): RunResults {
  const { id, notebook, status, startedAt, durationMs, variables, variablesOmitted, warnings, python, failure } =
    summary;
  const isOfStep = steps.some(({ status: it }) => it === "failed");
  const run = { id, notebook, status, startedAt, durationMs, variables, variablesOmitted, warnings, python };
  return { ...run, steps, failure: failure === null || isOfStep ? null : failure.message };
}

/** @returns What went wrong: the folder may be gone or the disk full, but the user still gets the result. */
async function saveRecord({ folder }: RunningRun, summary: RunSummary, endedAt: Date): Promise<string | null> {
  const state = stateOf(summary.status);
  try {
    await folder.saveSummary(summary);
    await folder.update({ state, endedAt: endedAt.toISOString(), reason: summary.failure?.message ?? null });
    return null;
  } catch (error) {
    return `The record could not be saved in ${folder.dir}: ${(error as Error).message}.`;
  }
}

function outcomeOf(ending: Ending): RunOutcome {
  if (ending.kind !== "ended") return ending.kind;
  if (ending.status.runtimeStatus === "Completed") return "completed";
  return ending.status.runtimeStatus === "Failed" ? "failed" : "terminated";
}

function stateOf(outcome: RunOutcome): RunState {
  return outcome === "timed-out" || outcome === "interrupted" ? "terminated" : outcome;
}

function toFailure(ending: Ending, { steps }: RunningRun): RunFailure {
  const none = { step: null, traceback: null, cell: null };
  switch (ending.kind) {
    case "ended":
      return describeFailure(ending.status, steps);
    case "interrupted":
      return { ...none, code: "ERR_RUN_TERMINATED", message: "The run was interrupted and has been terminated." };
    case "timed-out":
      return {
        ...none,
        code: "ERR_RUN_TIMEOUT",
        message: `The run did not finish within ${ending.limitMs / 1000} s and has been terminated.`,
      };
    case "lost":
      return { ...none, code: "ERR_RUN_LOST", message: "The storage lost the run twice." };
  }
}

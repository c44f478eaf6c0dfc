import { hint, type UsageError } from "@same-kit/shared";
import { collectFiles } from "../adapters/files/collect-files.ts";
import { type RunFolder, type RunRecord, RunRecords } from "../adapters/records/run-records.ts";
import { type ToolkitErrorCode, usageError } from "../errors.ts";
import type { Step } from "../notebook/split-steps.ts";
import { compileSource } from "./compile-source.ts";
import { type ContinueRunOptions, continueRun, type ExplainedRun, explainContinuation } from "./continue-run.ts";
import { driveRun } from "./run/run.ts";
import type { RunDeps } from "./run/run-state.ts";
import type { RunSummary } from "./run/run-summary.ts";
import { requireUnfinished } from "./run/unfinished-runs.ts";

type LocalResumeOptions = Pick<ContinueRunOptions, "from" | "only"> & {
  id: string;
  stateDir: string;
  port: number | null;
  /** Only needed for a storage that was selected by a connection string, because keys are not recorded. */
  storage: string | null;
  isOffline?: boolean;
  timeoutMs: number | null;
  isVerbose: boolean;
  savesLargeSession: boolean;
};

/**
 * Continues a run that a crash left unfinished; if the storage lost it, starts it again from its saved request. For a run that has
 * ended, starts a new run that keeps the steps that are still valid.
 */
export async function localResume(options: LocalResumeOptions, deps: RunDeps): Promise<RunSummary> {
  const { id, stateDir, port, isOffline = false, timeoutMs, isVerbose, savesLargeSession } = options;
  const records = new RunRecords(stateDir);
  const ended = await findEnded(records, id);
  if (ended !== null) {
    const { python, storage: recorded } = ended.record;
    const storage = options.storage ?? sameStorage(recorded);
    return continueRun(ended, options, { choice: { keep: false, port, storage, python, isOffline } }, deps);
  }
  const folder = await requireUnfinished(records, id);
  if (options.from !== null || options.only !== null) throw notEnded(folder);
  const { python, files } = folder.record;
  const storage = options.storage ?? sameStorage(folder.record.storage);
  return driveRun({
    records,
    choice: { keep: false, port, storage, python, isOffline },
    steps: await findSteps(folder.record),
    warnings: [],
    timeoutMs,
    isVerbose,
    savesLargeSession,
    // The current files: those at its start were lost with the storage.
    files: async () => (files ? collectFiles(files, stateDir) : null),
    deps,
    subject: { kind: "recorded", folder },
  });
}

/** Returns what `localResume` would do with the run, without starting or changing anything. */
export async function explainLocalResume(
  { id, stateDir, from, only }: Pick<LocalResumeOptions, "id" | "stateDir" | "from" | "only">,
  deps: Pick<RunDeps, "view">,
): Promise<ExplainedRun> {
  const records = new RunRecords(stateDir);
  const ended = await findEnded(records, id);
  if (ended !== null) return explainContinuation(ended, { from, only }, deps);
  const folder = await requireUnfinished(records, id);
  if (from !== null || only !== null) throw notEnded(folder);
  return { formatVersion: 1, id, hasEnded: false, steps: [], warnings: [] };
}

/** @returns null for a run that has not ended or has no record. */
async function findEnded(records: RunRecords, id: string): Promise<RunFolder | null> {
  const run = await records.find(id);
  if (run === null || !["completed", "failed", "terminated"].includes(run.record.state)) return null;
  if (run.record.appUrl === undefined) return run;
  throw usageError(
    `The run ${id} ran on ${run.record.appUrl}.`,
    hint`Continue it there: ${{ command: "resume", args: [id], stateDir: records.stateDir }}.`,
  );
}

function notEnded({ record: { id } }: RunFolder): UsageError<ToolkitErrorCode> {
  return usageError(
    `The run ${id} has not ended: it continues where it was, so --from and --only do not apply.`,
    "Omit them; they apply once the run has ended.",
  );
}

const RECORDABLE = /^(memory|docker(:.*)?|ports:.*)$/;

/** Null for the default, so that a running host can be used. */
function sameStorage(recorded: string | null): string | null {
  return recorded !== null && RECORDABLE.test(recorded) ? recorded : null;
}

/** The notebook may have changed since then; failures are then not mapped to its cells. */
async function findSteps({
  location,
  steps,
  sameEnv,
  parameters: recorded = {},
}: Pick<RunRecord, "location" | "steps" | "sameEnv" | "parameters">): Promise<readonly Step[]> {
  const now = await compileSource({ location, sameEnv, parameters: { recorded } }).catch(() => null);
  const isSame = now !== null && now.steps.map(({ name }) => name).join() === steps.join();
  if (isSame) return now.steps;
  return steps.map((name, index) => ({ name, index, code: "", cells: [], tags: [], cache: null, environment: null }));
}

// Starts a new run of the current notebook that keeps the first steps of a run that has ended.

import path from "node:path";
import { hint, OperationError, sameKit } from "@same-kit/shared";
import type { AppAddress } from "../adapters/app/app-address.ts";
import { type CollectedFiles, collectFiles } from "../adapters/files/collect-files.ts";
import { type RunFolder, RunRecords } from "../adapters/records/run-records.ts";
import type { ToolkitErrorCode } from "../errors.ts";
import { type CompiledSource, compileSource } from "./compile-source.ts";
import { newRunId, toRemote } from "./local-run.ts";
import { type Continuation, type EndedRun, type PlannedStep, planContinuation } from "./run/plan-continuation.ts";
import { driveRun } from "./run/run.ts";
import type { HostChoice } from "./run/run-host.ts";
import type { RunDeps, RunDraft } from "./run/run-state.ts";
import type { RunSummary } from "./run/run-summary.ts";

export type ContinueRunOptions = {
  /** The first step to run; null: the first one that failed, never ran or was changed. */
  from: string | null;
  only: string | null;
  timeoutMs: number | null;
  isVerbose: boolean;
  savesLargeSession: boolean;
};

/** Where it runs: on a host of this machine, or on an app elsewhere. */
type ContinuePlace = { choice: HostChoice } | { address: AppAddress };

/** What a continued run would do. */
export type ExplainedRun = {
  formatVersion: 1;
  id: string;
  /** A run that has not ended continues itself: only its storage knows which steps have completed. */
  hasEnded: boolean;
  steps: readonly PlannedStep[];
  warnings: readonly string[];
};

/**
 * Files, variables, parameters and interpreter state are those after the last kept step.
 *
 * @throws UsageError of `planContinuation`; OperationError `ERR_RUN_UNCHANGED`; errors that prevent the new run from ending.
 */
export async function continueRun(
  ended: RunFolder,
  options: ContinueRunOptions,
  place: ContinuePlace,
  deps: RunDeps,
): Promise<RunSummary> {
  const { stateDir, record } = ended;
  const { source, plan, base, files, warnings } = await prepare(ended, options, deps);
  if (plan.keeps === source.request.steps.length) throw unchanged(record.id);
  deps.view.lines([describe(plan, record.id)]);
  for (const warning of warnings) deps.warn(warning);
  const draft = draftOf({ ended, base, plan, source });
  const { timeoutMs, isVerbose, savesLargeSession } = options;
  return driveRun({
    records: new RunRecords(stateDir),
    choice: "choice" in place ? place.choice : { keep: false, port: null, storage: null, python: null },
    steps: source.steps.slice(0, plan.request.steps.length),
    warnings,
    timeoutMs,
    isVerbose,
    savesLargeSession,
    files: async () => (base === null ? files : null),
    ...(base !== null && { base: base.record }),
    ...("address" in place && { remote: toRemote(place.address, draft.record.id, stateDir, deps) }),
    deps,
    subject: { kind: "draft", draft },
  });
}

/** What `continueRun` would do, without doing any of it. */
export async function explainContinuation(
  ended: RunFolder,
  wish: Pick<ContinueRunOptions, "from" | "only">,
  deps: Pick<RunDeps, "view">,
): Promise<ExplainedRun> {
  const { plan, warnings } = await prepare(ended, wish, deps);
  return { formatVersion: 1, id: ended.record.id, hasEnded: true, steps: plan.steps, warnings };
}

type Prepared = {
  source: CompiledSource;
  plan: Continuation;
  base: RunFolder | null;
  files: CollectedFiles | null;
  warnings: readonly string[];
};

async function prepare(
  ended: RunFolder,
  { from, only }: Pick<ContinueRunOptions, "from" | "only">,
  { view }: Pick<RunDeps, "view">,
): Promise<Prepared> {
  const { stateDir, record } = ended;
  const run = await readEnded(ended);
  const source = await view.phase("Compile the notebook", () => compileAgain(ended, run));
  const plan = planContinuation(run, { from, only, request: source.request });
  const base = plan.keeps === 0 ? null : await findBase(new RunRecords(stateDir), ended, plan.keeps);
  const files = record.files ? await collectFiles(record.files, stateDir) : null;
  const warnings = [...source.warnings, ...plan.warnings, ...(base === null ? [] : changedSince(ended, source, files))];
  return { source, plan, base, files, warnings };
}

function unchanged(id: string): OperationError<ToolkitErrorCode> {
  return new OperationError({
    code: "ERR_RUN_UNCHANGED",
    message: `All steps of the run ${id} completed, and the notebook has not changed: there is nothing to continue.`,
    hint: hint`Add --from STEP to run again from a step, or use ${sameKit("local run")} to run all steps.`,
  });
}

async function readEnded({ record, ...folder }: RunFolder): Promise<EndedRun> {
  const request = await folder.readRequest();
  const summary = JSON.parse((await folder.readFile("summary.json")) ?? "{}") as Partial<RunSummary>;
  const steps = summary.steps ?? [];
  const end = steps.findIndex(({ status }) => status !== "completed");
  return { id: record.id, request, completed: steps.slice(0, end < 0 ? steps.length : end).map(({ name }) => name) };
}

/** Compiles the notebook like the ended run, with its parameters. */
function compileAgain({ record }: RunFolder, { request }: EndedRun): Promise<CompiledSource> {
  const { location, sameEnv, parameters = {}, cache = "none" } = record;
  const upstreamMagics = request.steps.every(({ cells }) => cells === undefined);
  return compileSource({ location, sameEnv, parameters: { recorded: parameters }, upstreamMagics, cache });
}

/** The run that has the session after that many steps. A run that kept more steps has them from an earlier run. */
async function findBase(records: RunRecords, run: RunFolder, keeps: number): Promise<RunFolder> {
  let base = run;
  while (base.record.continues !== undefined && base.record.continues.steps > keeps) {
    const { id } = base.record.continues;
    const earlier = await records.find(id);
    if (earlier === null) throw noRecord(id, records.stateDir);
    base = earlier;
  }
  return base;
}

function noRecord(id: string, stateDir: string): OperationError<ToolkitErrorCode> {
  return new OperationError({
    code: "ERR_RUN_UNKNOWN",
    message: `The steps to keep belong to the run ${id}, which no longer has a record in ${stateDir}.`,
    hint: hint`Run the notebook from its start with ${sameKit("local run")}.`,
  });
}

/** The kept steps have read the files in their earlier state, and the next steps find those copies. */
function changedSince(
  { record }: RunFolder,
  { notebookFolder }: CompiledSource,
  files: CollectedFiles | null,
): string[] {
  const began = Date.parse(record.startedAt);
  const own = new Set([path.relative(notebookFolder, record.location), "same.yaml"]);
  const changed = (files?.manifest.files ?? []).filter(
    (file) => file.kind === "file" && file.modifiedMs > began && !own.has(file.path) && !file.path.endsWith(".ipynb"),
  );
  return changed.map(
    ({ path: name }) => `${name} has changed since the run ${record.id}: the steps find it as the kept steps left it.`,
  );
}

function describe({ keeps, steps }: Continuation, id: string): string {
  const what = keeps === 0 ? "Nothing can be kept" : `Keeping ${keeps} ${keeps === 1 ? "step" : "steps"}`;
  return `${what} of the run ${id}; running from ${steps[keeps]?.name}: ${steps[keeps]?.why}.`;
}

type DraftParts = { ended: RunFolder; base: RunFolder | null; plan: Continuation; source: CompiledSource };

function draftOf({ ended: { record }, base, plan, source }: DraftParts): RunDraft {
  const now = new Date();
  const { notebook, location, sameEnv, files = null, cache = "none", python, inPlace } = record;
  const { request, keeps } = plan;
  return {
    record: {
      id: newRunId(notebook, now),
      notebook,
      location,
      steps: request.steps.map(({ name }) => name),
      sameEnv,
      parameters: source.parameters,
      files,
      ...(inPlace && { inPlace: { folder: inPlace.folder, after: record.id } }),
      cache,
      startedAt: now.toISOString(),
      python,
      ...(base !== null && { continues: { id: base.record.id, steps: keeps } }),
      reason: null,
    },
    request,
    notebookText: source.notebookText,
  };
}

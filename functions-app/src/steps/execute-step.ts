import { rm } from "node:fs/promises";
import path from "node:path";
import type { BlobReference } from "../contract/blob-reference.ts";
import type { ExecutorInput, ExecutorResult, StepFailure } from "../contract/executor-call.ts";
import type { SourceName } from "../contract/initiate-request.ts";
import { LIMIT_SETTINGS, type Limits, variableBytesFor } from "../contract/limits.ts";
import type { SessionPython } from "../contract/run-result.ts";
import { isInCloud } from "../python/cache-folder.ts";
import { PythonError } from "../python/errors.ts";
import type { StartedPython } from "../python/python-runtime.ts";
import type { ReadyPython } from "../python/step-process.ts";
import { keepInCache, openCache } from "./cache/use-cache.ts";
import { withRemedies } from "./missing-package.ts";
import { RunWatch } from "./run-watch.ts";
import { readSameYaml } from "./same-yaml.ts";
import { startPython } from "./start-python.ts";
import { layOut, loadContents, StepRefused } from "./step-contents.ts";
import type { StepDeps } from "./step-deps.ts";
import { toOrder } from "./step-order.ts";
import { StepOutputs } from "./step-outputs.ts";
import { readReport, type StepReport, warningsOf } from "./step-report.ts";
import { descriptionOf, toCompleted, toFailed, toFailedRecord, toTaken } from "./step-result.ts";
import type { StepRun } from "./step-run.ts";
import { Workspace } from "./workspace.ts";

/**
 * Runs one step in its own Python process and working directory, which are both removed afterwards.
 *
 * @returns The step's result, or how it failed. Throws only for problems outside the step, such as storage that is down.
 */
export async function executeStep(input: ExecutorInput, deps: StepDeps): Promise<ExecutorResult> {
  const timing = { startedAt: new Date().toISOString(), startMs: performance.now() };
  const { stepTimeoutMs } = deps.limits;
  const timeout = stepTimeoutMs === null ? new AbortController().signal : AbortSignal.timeout(stepTimeoutMs);
  const watch = new RunWatch(deps.howRunEnded, deps.watchEveryMs);
  const stopped = AbortSignal.any([timeout, watch.signal]);
  const stopFailure = () => (watch.signal.aborted ? RUN_OVER : timeoutFailure(deps.limits));
  const failed = (failure: StepFailure): ExecutorResult => ({
    kind: "failed",
    failure,
    record: toFailedRecord(input, timing),
  });
  try {
    const contents = await loadContents(input, deps.blobs);
    const started = await startPython(contents, deps, stopped);
    const sameYaml = await readSameYaml(
      contents.sources["same.yaml"]?.toString("utf8") ?? "",
      variableBytesFor(deps.limits, input.step.cells === undefined),
    );
    const cache = openCache({ input, contents, sameYaml, ready: started.ready, limits: deps.limits }, deps);
    const taken = await cache?.take();
    if (taken === undefined) {
      return await runIn(started, { input, deps, contents, sameYaml, cache, watch, stopped, stopFailure, timing });
    }
    deps.python.giveBack(started);
    return toTaken(taken, { input, deps, timing });
  } catch (error) {
    if (stopped.aborted) return failed(stopFailure());
    if (error instanceof StepRefused) return failed(error.failure);
    if (error instanceof PythonError) return failed({ type: error.code, message: error.message, traceback: "" });
    throw error;
  } finally {
    watch.stop();
  }
}

async function runIn(started: StartedPython, run: StepRun): Promise<ExecutorResult> {
  const { input, deps, sameYaml } = run;
  const { process, ready, environment } = started;
  const outputs = new StepOutputs(input, deps);
  try {
    refuseForeignSession(input.session?.python, ready);
    const sessionFolder = await deps.sessions.begin(input.instanceId, descriptionOf(run.contents.session));
    const workspace = await openWorkspace(run, ready, () => layOut(ready.folder, run.contents, sameYaml));
    const report = await runCode(started, run, { sessionFolder, onOutput: outputs.add });
    const files = await saveFiles(run, workspace, report);
    const found = report.failure ?? files.failure;
    const failure = found && withRemedies(found, toPython(run, ready, environment.isIsolated));
    const own = sameYaml.warning === undefined ? [] : [sameYaml.warning];
    const warnings = [...own, ...warningsOf(report), ...workspace.warnings];
    await outputs.end(failure);
    const outcome = { ready, report, outputs, warnings, environment, files: files.manifest };
    if (run.watch.signal.aborted) await outputs.saveLast(run.watch.isPurged);
    if (failure !== undefined) return await toFailed(run, outcome, failure);
    const result = await toCompleted(run, outcome);
    const isOver = run.watch.signal.aborted;
    return isOver
      ? result
      : await keepInCache(run.cache, { result, reads: report.reads, files: workspace.saved, deps });
  } finally {
    await outputs.close();
    await process.stop();
    // Already removed, unless the guardian itself was killed.
    await rm(ready.folder, { recursive: true, force: true });
    if (input.isLast) deps.python.prepareLater(environment);
  }
}

async function runCode(
  { process, ready, environment }: StartedPython,
  run: StepRun,
  { sessionFolder, onOutput }: { sessionFolder: string; onOutput: StepOutputs["add"] },
): Promise<StepReport> {
  const { input, deps, sameYaml, stopped } = run;
  // While this step runs, the next one's process starts. After the last step there is time later.
  if (!input.isLast) {
    deps.python.prepare(environment);
    deps.blobs.open();
  }
  const exit = await process.run(toOrder(run, { ready, sameYaml, environment, sessionFolder }), stopped, onOutput);
  const report = exit.cause === "killed" ? { failure: run.stopFailure() } : await readReport(ready.folder, exit);
  deps.python.learn(environment, Object.keys(report.packages ?? {}));
  return report;
}

async function openWorkspace(
  { input, deps, contents }: StepRun,
  { folder }: ReadyPython,
  write: () => Promise<void>,
): Promise<Workspace> {
  const { blobs, limits } = deps;
  const workspace = new Workspace({ folder: path.join(folder, "work"), instanceId: input.instanceId, blobs, limits });
  const own = Object.keys(contents.sources).filter((name) => contents.sources[name as SourceName] !== undefined);
  await workspace.begin(contents.workspace, input.files, own, write);
  return workspace;
}

type SavedFiles = { manifest?: BlobReference; failure?: StepFailure };

/** Also saves the files of a failed step, as far as they exist. */
async function saveFiles({ input, watch }: StepRun, workspace: Workspace, report: StepReport): Promise<SavedFiles> {
  // The result of an ended run is never read, and data stored now might never be removed.
  if (watch.signal.aborted) return {};
  try {
    const manifest = report.filesLost ? input.files : await workspace.save(input.step.name);
    return manifest === undefined ? {} : { manifest };
  } catch (error) {
    if (error instanceof StepRefused) return { failure: error.failure };
    throw error;
  }
}

function toPython({ deps }: StepRun, { version, executable }: ReadyPython, isIsolated: boolean) {
  return { version, executable, isIsolated, isInCloud: isInCloud(deps.env) };
}

/** Functions and classes in a session are byte code, which another minor version misinterprets or crashes on. */
function refuseForeignSession(session: SessionPython | undefined, ready: ReadyPython): void {
  if (session === undefined || session.version.startsWith(`${ready.minor}.`)) return;
  throw new StepRefused(
    "SessionVersionError",
    `The session context was written by Python ${session.version}, but this step runs on Python ${ready.version}. All steps of a run need the same minor version: run it again with a single Python version.`,
  );
}

/** This failure is never read. */
const RUN_OVER: StepFailure = {
  type: "RunOver",
  message: "The run was terminated, so its step was stopped.",
  traceback: "",
};

function timeoutFailure({ stepTimeoutMs }: Limits): StepFailure {
  const message = `The step did not end within ${(stepTimeoutMs ?? 0) / 1000} s (app setting ${LIMIT_SETTINGS.stepTimeoutMs}) and was stopped, with everything that it had started.`;
  return { type: "TimeoutError", message, traceback: "" };
}

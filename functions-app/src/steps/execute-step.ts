import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { decodeUtf8, fromUrlSafeBase64, toUrlSafeBase64 } from "../contract/base64.ts";
import type { Content, ExecutorInput, ExecutorResult, StepFailure } from "../contract/executor-call.ts";
import { SOURCE_NAMES, type SourceName } from "../contract/initiate-request.ts";
import { LIMIT_SETTINGS, type Limits } from "../contract/limits.ts";
import type { FailedStepRecord, SessionPython } from "../contract/run-result.ts";
import { isInCloud } from "../python/cache-folder.ts";
import { PythonError } from "../python/errors.ts";
import type { PythonRuntime, StartedPython } from "../python/python-runtime.ts";
import type { ReadyPython, StepOrder } from "../python/step-process.ts";
import type { RunBlobs } from "./run-blobs.ts";
import { type IsRunOver, RunWatch } from "./run-watch.ts";
import { readSameYaml, type SameYaml } from "./same-yaml.ts";
import { type LineSink, StepOutput } from "./step-output.ts";
import { readReport, type StepReport, warningsOf } from "./step-report.ts";

export type StepDeps = {
  env: NodeJS.ProcessEnv;
  limits: Limits;
  python: PythonRuntime;
  blobs: RunBlobs;
  isRunOver: IsRunOver;
  /** Between two questions whether it is over; default 5 s. */
  watchEveryMs?: number;
  /** What the step prints, line by line, and what pip prints before. */
  onStdout: LineSink;
  onStderr: LineSink;
};

type StepContents = { code: Buffer; sources: Partial<Record<SourceName, Buffer>>; session: Buffer | undefined };

/**
 * Runs one step in a Python process and a working directory of its own, both gone afterwards.
 *
 * @returns What the step left, or how it failed. Throws only for what is not the step's matter, such as storage that is down.
 */
export async function executeStep(input: ExecutorInput, deps: StepDeps): Promise<ExecutorResult> {
  const timing = { startedAt: new Date().toISOString(), startMs: performance.now() };
  const timeout = AbortSignal.timeout(deps.limits.stepTimeoutMs);
  const watch = new RunWatch(deps.isRunOver, deps.watchEveryMs);
  const stopped = AbortSignal.any([timeout, watch.signal]);
  const stopFailure = () => (watch.signal.aborted ? RUN_OVER : timeoutFailure(deps.limits));
  const failed = (failure: StepFailure): ExecutorResult => ({
    kind: "failed",
    failure,
    record: toFailedRecord(input, timing),
  });
  try {
    const contents = await loadContents(input, deps.blobs);
    const started = await deps.python.start({
      requirements: contents.sources["requirements.txt"],
      onLine: deps.onStdout,
      signal: stopped,
    });
    return await runIn(started, { input, deps, contents, stopped, stopFailure, timing });
  } catch (error) {
    if (stopped.aborted) return failed(stopFailure());
    if (error instanceof StepRefused) return failed(error.failure);
    if (error instanceof PythonError) return failed({ type: error.code, message: error.message, traceback: "" });
    throw error;
  } finally {
    watch.stop();
  }
}

type StepRun = {
  input: ExecutorInput;
  deps: StepDeps;
  contents: StepContents;
  /** Aborts when the step's time is up, or its run over; then `stopFailure` says which. */
  stopped: AbortSignal;
  stopFailure: () => StepFailure;
  timing: Timing;
};

type Timing = { startedAt: string; startMs: number };

async function runIn(started: StartedPython, run: StepRun): Promise<ExecutorResult> {
  const { input, deps, stopped } = run;
  const { process, ready, environment } = started;
  try {
    refuseForeignSession(input.session?.python, ready);
    const text = run.contents.sources["same.yaml"]?.toString("utf8") ?? "";
    const sameYaml = await readSameYaml(text, deps.limits.variableBytes);
    await layOut(ready.folder, run.contents, sameYaml);
    // While this step runs, the next one's process starts. After the last one there is time later.
    if (!input.isLast) {
      deps.python.prepare(environment);
      deps.blobs.open();
    }
    const stdout = new StepOutput(process.stdout, input.outputTailBytes, deps.onStdout);
    const stderr = new StepOutput(process.stderr, input.outputTailBytes, deps.onStderr);
    const exit = await process.run(toOrder(run, ready, sameYaml, environment.isIsolated), stopped);
    const output = { stdout: stdout.end(), stderr: stderr.end() };
    const report = exit.cause === "killed" ? { failure: run.stopFailure() } : await readReport(ready.folder, exit);
    const warnings = [...(sameYaml.warning === undefined ? [] : [sameYaml.warning]), ...warningsOf(report)];
    const outcome = { ready, report, output, warnings, environment: environment.name };
    const failure = report.failure ?? (await tooLargeSession(ready.folder, deps.limits));
    if (failure !== undefined) return toFailed(run, outcome, failure);
    return await toCompleted(run, outcome, await readFile(sessionOut(ready.folder)));
  } finally {
    await process.stop();
    // Gone already, unless the guardian itself was killed.
    await rm(ready.folder, { recursive: true, force: true });
    if (input.isLast) deps.python.prepare(environment);
  }
}

function toOrder({ input, deps }: StepRun, ready: ReadyPython, sameYaml: SameYaml, isIsolated: boolean): StepOrder {
  const environ: Record<string, string> = { SAME_ENV: input.sameEnv ?? sameYaml.sameEnv };
  if (sameYaml.json !== undefined) environ["SAME_CONFIG_FILE"] = path.join(ready.folder, "same.json");
  // There is no screen: plots go into files.
  if (!deps.env["MPLBACKEND"]) environ["MPLBACKEND"] = "Agg";
  return {
    name: input.step.name,
    environ,
    variableBytes: sameYaml.variableBytes,
    isLast: input.isLast,
    // In the cloud the app's own packages are the ones that somebody chose for it.
    warnOfForeignPackages: !isIsolated && !isInCloud(deps.env),
  };
}

type Outcome = {
  ready: ReadyPython;
  report: StepReport;
  output: { stdout: string; stderr: string };
  warnings: string[];
  environment: string;
};

async function toCompleted(
  { input, deps, timing }: StepRun,
  outcome: Outcome,
  session: Buffer,
): Promise<ExecutorResult> {
  const { ready, report, output, warnings, environment } = outcome;
  const isInline = input.isLast && session.length <= deps.limits.inlineSessionBytes;
  const stored = isInline
    ? { session_context: toUrlSafeBase64(session) }
    : { session: await deps.blobs.save(input.instanceId, "session", session) };
  const { version, implementation, executable, dill } = ready;
  return {
    kind: "completed",
    record: {
      name: input.step.name,
      startedAt: timing.startedAt,
      durationMs: Math.round(performance.now() - timing.startMs),
      codeMs: Math.round(report.codeMs ?? 0),
      python: version,
      environment,
      output,
      warnings,
    },
    python: { version, implementation, executable, dill },
    ...stored,
    ...(report.variables === undefined ? {} : { variables: report.variables }),
    ...(report.variablesOmitted === undefined ? {} : { variables_omitted: report.variablesOmitted }),
  };
}

function toFailed({ input, timing }: StepRun, outcome: Outcome, failure: StepFailure): ExecutorResult {
  const { ready, report, output, warnings, environment } = outcome;
  const record = {
    ...toFailedRecord(input, timing),
    ...(report.codeMs === undefined ? {} : { codeMs: Math.round(report.codeMs) }),
    python: ready.version,
    environment,
    output,
    warnings,
  };
  return { kind: "failed", failure, record };
}

/** Of a step that did not come to run. */
function toFailedRecord({ step }: ExecutorInput, { startedAt, startMs }: Timing): FailedStepRecord {
  const durationMs = Math.round(performance.now() - startMs);
  return { name: step.name, startedAt, durationMs, output: { stdout: "", stderr: "" }, warnings: [] };
}

const sessionOut = (folder: string): string => path.join(folder, "session.out");

async function tooLargeSession(folder: string, { sessionBytes }: Limits): Promise<StepFailure | undefined> {
  const { size } = await stat(sessionOut(folder));
  if (size <= sessionBytes) return undefined;
  const message = `The step's variables make a session context of ${size} bytes, more than the limit of ${sessionBytes} (app setting ${LIMIT_SETTINGS.sessionBytes}). Delete what later steps do not need, or keep large data elsewhere.`;
  return { type: "SessionTooLarge", message, traceback: "" };
}

async function layOut(folder: string, { code, sources, session }: StepContents, { json }: SameYaml): Promise<void> {
  const work = path.join(folder, "work");
  await mkdir(work, { recursive: true });
  const files: [string, Uint8Array | string | undefined][] = [
    [path.join(folder, "code.py"), code],
    [path.join(folder, "session.in"), session],
    [path.join(folder, "same.json"), json],
    ...SOURCE_NAMES.map((name): [string, Buffer | undefined] => [path.join(work, name), sources[name]]),
  ];
  await Promise.all(files.map(([file, content]) => content !== undefined && writeFile(file, content)));
}

async function loadContents({ instanceId, step, session }: ExecutorInput, blobs: RunBlobs): Promise<StepContents> {
  const load = (field: string, content: Content) =>
    typeof content === "string" ? decode(field, content) : blobs.load(instanceId, content);
  const sources = SOURCE_NAMES.map(async (name) => {
    const content = step.sources[name];
    return [name, content === undefined ? undefined : await load(name, content)];
  });
  const [code, loadedSession, loadedSources] = await Promise.all([
    load("the code", step.code),
    session && blobs.load(instanceId, session.blob),
    Promise.all(sources),
  ]);
  if (decodeUtf8(code) === undefined) throw new StepRefused("BadRequest", "The code is not UTF-8.");
  return { code, session: loadedSession, sources: Object.fromEntries(loadedSources) };
}

function decode(what: string, text: string): Buffer {
  const bytes = fromUrlSafeBase64(text);
  if (bytes === undefined) throw new StepRefused("BadRequest", `The base64 of ${what} is not valid.`);
  return bytes;
}

/** Functions and classes in a session are byte code, which another minor version misreads, or crashes on. */
function refuseForeignSession(session: SessionPython | undefined, ready: ReadyPython): void {
  if (session === undefined || session.version.startsWith(`${ready.minor}.`)) return;
  throw new StepRefused(
    "SessionVersionError",
    `The session context was written by Python ${session.version}, but this step runs on Python ${ready.version}. All steps of a run need the same minor version: run it again with one Python.`,
  );
}

class StepRefused extends Error {
  readonly failure: StepFailure;

  constructor(type: string, message: string) {
    super(message);
    this.failure = { type, message, traceback: "" };
  }
}

/** Nobody will read it. */
const RUN_OVER: StepFailure = {
  type: "RunOver",
  message: "The run was terminated, so its step was stopped.",
  traceback: "",
};

function timeoutFailure({ stepTimeoutMs }: Limits): StepFailure {
  const message = `The step did not end within ${stepTimeoutMs / 1000} s (app setting ${LIMIT_SETTINGS.stepTimeoutMs}) and was stopped, with everything that it had started.`;
  return { type: "TimeoutError", message, traceback: "" };
}

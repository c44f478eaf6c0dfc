import { readFile } from "node:fs/promises";
import path from "node:path";
import { toUrlSafeBase64 } from "../contract/base64.ts";
import type { BlobReference } from "../contract/blob-reference.ts";
import type { ExecutorInput, ExecutorResult, StepFailure } from "../contract/executor-call.ts";
import type { FailedStepRecord, StepRecord } from "../contract/run-result.ts";
import { partsOf, type SessionDescription } from "../contract/session-parts.ts";
import type { StepEnvironment } from "../python/guardian.ts";
import type { ReadyPython } from "../python/step-process.ts";
import type { Completed as CompletedStep } from "./cache/cache-entry.ts";
import type { IncomingSession } from "./step-contents.ts";
import type { StepOutputs } from "./step-outputs.ts";
import type { StepReport } from "./step-report.ts";
import type { StepRun, Timing } from "./step-run.ts";

/** The result of a step that was found in the cache, with the times of this run. */
export function toTaken(
  taken: CompletedStep,
  { input, deps, timing }: Pick<StepRun, "input" | "deps" | "timing">,
): ExecutorResult {
  const { runId, storedAt } = taken.record.cache ?? {};
  deps.onStdout(`(cached: the result of the run ${runId}, of ${storedAt})`);
  const { startedAt, durationMs } = toFailedRecord(input, timing);
  return { ...taken, record: { ...taken.record, startedAt, durationMs } };
}

type Outcome = {
  ready: ReadyPython;
  report: StepReport;
  outputs: StepOutputs;
  warnings: string[];
  environment: StepEnvironment;
  files: BlobReference | undefined;
};

/** Also stores the session for the next step, and the details of this one. */
export async function toCompleted(run: StepRun, outcome: Outcome): Promise<CompletedStep> {
  const { ready, report, outputs } = outcome;
  const [stored, details] = await Promise.all([
    storeSession(run, outcome),
    outputs.store(report, outcome.environment.lock),
  ]);
  const { version, implementation, executable, dill } = ready;
  const codeMs = Math.round(report.codeMs ?? 0);
  return {
    kind: "completed",
    record: { ...toFailedRecord(run.input, run.timing), ...toRecord(outcome), codeMs, details },
    python: { version, implementation, executable, dill },
    ...(report.hasExited === true && { hasExited: true }),
    ...stored,
    ...(report.variables === undefined ? {} : { variables: report.variables }),
    ...(report.variablesOmitted === undefined ? {} : { variables_omitted: report.variablesOmitted }),
  };
}

type StoredSession = Pick<
  Extract<ExecutorResult, { kind: "completed" }>,
  "session" | "session_context" | "leavesParts"
>;

async function storeSession({ input, deps, contents }: StepRun, { ready, report }: Outcome): Promise<StoredSession> {
  const before = descriptionOf(contents.session);
  const isLast = input.isLast || report.hasExited === true;
  if (!report.session) {
    const session = await readFile(path.join(ready.folder, "session.out"));
    return { session_context: toUrlSafeBase64(session), ...leavesParts(isLast, before) };
  }
  const description: SessionDescription = { ...report.session, writtenAtMs: Date.now() };
  await deps.sessions.keep(input.instanceId, description);
  const session = await deps.blobs.save(input.instanceId, "parts", Buffer.from(JSON.stringify(description)));
  return { session, ...leavesParts(isLast, before, description) };
}

/** Whether data of earlier sessions may have to be removed after the run. */
function leavesParts(isLast: boolean, ...sessions: (SessionDescription | undefined)[]): { leavesParts?: true } {
  const has = sessions.some((it) => it !== undefined && partsOf(it).length > 0);
  return isLast && has ? { leavesParts: true } : {};
}

/** The description of a session that is stored in parts. */
export const descriptionOf = (session: IncomingSession | undefined): SessionDescription | undefined =>
  session?.kind === "parts" ? session.description : undefined;

/** Also stores the details of the step. */
export async function toFailed(run: StepRun, outcome: Outcome, failure: StepFailure): Promise<ExecutorResult> {
  const { codeMs } = outcome.report;
  // The result of an ended run is never read, and data stored now might never be removed.
  const details = run.watch.signal.aborted
    ? undefined
    : await outcome.outputs.store(outcome.report, outcome.environment.lock);
  const record = {
    ...toFailedRecord(run.input, run.timing),
    ...toRecord(outcome),
    ...(codeMs !== undefined && { codeMs: Math.round(codeMs) }),
    ...(details !== undefined && { details }),
    ...(run.cache && { cache: run.cache.missed }),
  };
  return { kind: "failed", failure, record };
}

function toRecord({
  ready,
  outputs,
  warnings,
  environment,
  files,
}: Outcome): Pick<StepRecord, "python" | "environment" | "output" | "warnings" | "files"> {
  return {
    python: ready.version,
    environment: environment.name,
    output: outputs.tails(),
    warnings,
    ...(files && { files }),
  };
}

/** For a step that never ran. */
export function toFailedRecord({ step }: ExecutorInput, { startedAt, startMs }: Timing): FailedStepRecord {
  const durationMs = Math.round(performance.now() - startMs);
  return { name: step.name, startedAt, durationMs, output: { stdout: "", stderr: "" }, warnings: [] };
}

import { fromUrlSafeBase64 } from "@same-kit/functions-app/contract";
import { parseRunResult, type RunResult, type RunStatus } from "../adapters/app/run-status.ts";
import type { RunState } from "../adapters/records/run-records.ts";
import { describeFailure, type RunFailure, type RunOutcome, type RunSummary } from "./run-summary.ts";
import type { SupervisedRun } from "./supervise-run.ts";

/** Why nothing more will happen to a run. */
export type Ending =
  | { kind: "ended"; status: RunStatus }
  | { kind: "interrupted" }
  | { kind: "timed-out"; limitMs: number }
  | { kind: "lost" };

/** Saves all that is known of a run that has ended. */
export async function finishRun(run: SupervisedRun, ending: Ending): Promise<RunSummary> {
  const { folder, host, warnings } = run;
  const { id, notebook, startedAt } = folder.record;
  const completed = ending.kind === "ended" && ending.status.runtimeStatus === "Completed";
  const result = completed ? parseRunResult(ending.status.output, host.url) : null;
  const failure = completed ? null : toFailure(ending, run);
  const endedAt = new Date();
  const summary: RunSummary = {
    formatVersion: 1,
    id,
    notebook,
    status: outcomeOf(ending),
    startedAt,
    durationMs: endedAt.getTime() - Date.parse(startedAt),
    python: result?.python ?? null,
    steps: result?.steps ?? [],
    variables: result?.variables ?? [],
    variablesOmitted: result?.variables_omitted ?? 0,
    session: result === null ? null : await saveSession(result, run),
    failure,
    warnings: [
      ...warnings,
      ...(result?.steps ?? []).flatMap((step) => step.warnings.map((text) => `${step.name}: ${text}`)),
    ],
    record: folder.dir,
    stateDir: folder.stateDir,
    host: { url: host.url, hubName: host.hubName, isKept: host.booted === null },
  };
  await folder.saveSummary(summary);
  await folder.update({
    state: stateOf(summary.status),
    endedAt: endedAt.toISOString(),
    reason: failure?.message ?? null,
  });
  return summary;
}

async function saveSession(
  { session_context, session_context_blob }: RunResult,
  { folder }: SupervisedRun,
): Promise<RunSummary["session"]> {
  if (session_context_blob !== undefined) {
    const { container, name } = session_context_blob;
    return { blob: name, container };
  }
  const session = fromUrlSafeBase64(session_context);
  return session === undefined || session.length === 0 ? null : { file: await folder.saveSession(session) };
}

function outcomeOf(ending: Ending): RunOutcome {
  if (ending.kind !== "ended") return ending.kind;
  if (ending.status.runtimeStatus === "Completed") return "completed";
  return ending.status.runtimeStatus === "Failed" ? "failed" : "terminated";
}

function stateOf(outcome: RunOutcome): RunState {
  return outcome === "timed-out" || outcome === "interrupted" ? "terminated" : outcome;
}

function toFailure(ending: Ending, { steps }: SupervisedRun): RunFailure {
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
        message: `The run did not end within ${ending.limitMs / 1000} s and has been terminated.`,
      };
    case "lost":
      return { ...none, code: "ERR_RUN_LOST", message: "The storage lost the run twice." };
  }
}

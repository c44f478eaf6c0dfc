// One run on one host, from the moment it is sent until nothing more will happen to it: shown, timed, interrupted, recorded.

import type { WriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import type { LogEntry } from "@same-kit/shared";
import type { FollowedLog } from "../adapters/app/host-observer.ts";
import type { RunStatus, StartedRun } from "../adapters/app/run-status.ts";
import type { RunFolder } from "../adapters/records/run-records.ts";
import { stateDirFlag } from "../config/state-dir.ts";
import type { PhaseView } from "../ports.ts";
import { formatLogEntry, isShown } from "../ui/log-line.ts";
import { type Ending, finishRun } from "./finish-run.ts";
import { followRun, Nudge } from "./follow-run.ts";
import type { RunSummary } from "./run-summary.ts";
import { StepBoard, StepStopped } from "./step-board.ts";
import type { SupervisedRun } from "./supervised-run.ts";

export type SuperviseDeps = {
  cwd: string;
  view: PhaseView;
  warn: (text: string) => void;
  signal: AbortSignal;
  leaveNow: AbortSignal;
};

// An orchestration ends at its next wake-up; what a step does meanwhile ends with the host.
const TERMINATE_LIMIT_MS = 10_000;

export async function superviseRun(run: SupervisedRun, deps: SuperviseDeps): Promise<RunSummary> {
  const board = new StepBoard(run.steps.map(({ name }) => name));
  const nudge = new Nudge();
  const logFile = run.folder.openLog();
  run.log.listen((entry) => handleLog(entry, { run, board, nudge, logFile, view: deps.view }));
  const stopTelling = tellWhoLeaves(run, deps);
  const followed = await followForeignLog(run);
  let shown = Promise.resolve();
  try {
    const started = await run.begin();
    shown = board.show(deps.view).catch(ignoreStopped);
    const ending = await watch({ run, started, board, nudge, shown }, deps);
    await followed?.stop();
    showEnd(board, ending);
    await shown;
    return await finishRun(run, ending);
  } catch (error) {
    board.fail("the host or its storage is gone");
    await shown;
    throw error;
  } finally {
    stopTelling();
    run.log.stopListening();
    await followed?.stop();
    await finished(logFile.end()).catch(() => {});
  }
}

/** How a run that did not end goes on, as a sentence. */
export function describeUnended({ stateDir, record: { id } }: RunFolder, cwd: string): string {
  const flag = stateDirFlag(stateDir, cwd);
  return `The run ${id} did not end. \`same-kit local resume ${id}${flag}\` continues it, \`same-kit local discard ${id}${flag}\` forgets it.`;
}

/** The second Ctrl-C ends this process at once, so it must be told before. */
function tellWhoLeaves({ folder }: SupervisedRun, { leaveNow, warn, cwd }: SuperviseDeps): () => void {
  const tell = () => warn(describeUnended(folder, cwd));
  leaveNow.addEventListener("abort", tell);
  return () => leaveNow.removeEventListener("abort", tell);
}

/** A host of this process gives its lines to `run.log` itself. */
async function followForeignLog({ host, observer, folder, log }: SupervisedRun): Promise<FollowedLog | null> {
  return host.booted === null ? observer.followLog(folder.record.id, log.emit) : null;
}

type LogTargets = { run: SupervisedRun; board: StepBoard; nudge: Nudge; logFile: WriteStream; view: PhaseView };

function handleLog(entry: LogEntry, { run, board, nudge, logFile, view }: LogTargets): void {
  logFile.write(`${formatLogEntry(entry)}\n`);
  const { functionName, instanceId } = entry.fields;
  const isOurs = instanceId === run.folder.record.id;
  if (isOurs && functionName === "executor") board.readLog(entry);
  else if (run.isVerbose && isShown(entry, true)) view.lines([formatLogEntry(entry)]);
  if (entry.source === "system" && isOurs && entry.message.startsWith("Executed")) nudge.give();
}

type Watched = { run: SupervisedRun; started: StartedRun; board: StepBoard; nudge: Nudge; shown: Promise<void> };

/** Waits for the end, whichever comes first: the run's, the user's wish, the time limit, or the host's. */
async function watch(watched: Watched, deps: SuperviseDeps): Promise<Ending> {
  const { run, board, shown } = watched;
  const limit = run.timeoutMs === null ? null : AbortSignal.timeout(run.timeoutMs);
  const over = new AbortController();
  const signal = AbortSignal.any([deps.signal, over.signal, ...(limit === null ? [] : [limit])]);
  try {
    const hostFailed = run.host.booted?.failed.then((error) => Promise.reject(error)) ?? new Promise<never>(() => {});
    return await Promise.race([followToEnd(watched, deps, signal), hostFailed]);
  } catch (error) {
    if (!signal.aborted) {
      over.abort(); // Nobody answers any more.
      throw error;
    }
    const isTimeout = limit?.aborted === true && !deps.signal.aborted;
    board.fail(isTimeout ? "timed-out" : "interrupted");
    await shown;
    if (!isTimeout) deps.view.lines(["Ending the run. Ctrl-C again leaves at once."]);
    await terminate(
      watched,
      isTimeout ? "The time limit of `local run` has passed." : "Interrupted by the user.",
      deps,
    );
    return isTimeout ? { kind: "timed-out", limitMs: run.timeoutMs as number } : { kind: "interrupted" };
  }
}

async function followToEnd(
  { run, started, board, nudge }: Watched,
  { warn }: SuperviseDeps,
  signal: AbortSignal,
): Promise<Ending> {
  const { client } = run;
  const onStatus = (status: RunStatus) => board.update(status);
  const status = await followRun({ client, run: started, onStatus, nudge, signal });
  if (status !== null) return { kind: "ended", status };
  warn("The storage lost the run; it is started again from its saved request.");
  const again = await run.beginAgain();
  const second = await followRun({ client, run: again, onStatus, nudge, signal });
  return second === null ? { kind: "lost" } : { kind: "ended", status: second };
}

async function terminate({ run, started }: Watched, reason: string, { leaveNow }: SuperviseDeps): Promise<void> {
  const signal = AbortSignal.any([leaveNow, AbortSignal.timeout(TERMINATE_LIMIT_MS)]);
  try {
    await run.client.terminate(started, reason, signal);
    await followRun({ client: run.client, run: started, onStatus: () => {}, signal });
  } catch {
    // The host is gone; the record says what was wanted.
  }
}

function showEnd(board: StepBoard, ending: Ending): void {
  if (ending.kind !== "ended") board.fail(ending.kind);
  else if (ending.status.runtimeStatus === "Completed") board.complete();
  else {
    board.update(ending.status);
    board.fail(ending.status.runtimeStatus);
  }
}

function ignoreStopped(error: unknown): void {
  if (!(error instanceof StepStopped)) throw error;
}

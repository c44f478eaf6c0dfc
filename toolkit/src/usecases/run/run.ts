// One run on this machine, as a state machine:
//
//   starting      a host is found or started; the run is recorded and sent, or found where it was sent before
//   running       followed through its host's events and its status, until the first of:
//     ended       without our action: completed, failed, or terminated by others
//     interrupted by Ctrl-C, or timed out: it is terminated
//     lost        by its storage, twice; the first time, it is sent again from its saved request
//     detached    the second Ctrl-C, or a failed host: this process exits, and the run can be continued later
//
// If its storage is lost, a run returns to starting, once.

import { EXECUTOR } from "@same-kit/functions-app/contract";
import { type Hint, hint } from "@same-kit/shared";
import type { RunStatus, StartedRun } from "../../adapters/app/run-status.ts";
import type { RunFolder, RunRecord } from "../../adapters/records/run-records.ts";
import { type FollowOptions, followRun } from "../follow-run.ts";
import { followEvents } from "./follow-events.ts";
import { LivePrinted } from "./polled-lines.ts";
import { RunDisplay } from "./run-display.ts";
import { closeHost, openHost, type RunHost } from "./run-host.ts";
import { type Ending, finishRun } from "./run-result.ts";
import type { Run, RunningRun } from "./run-state.ts";
import type { RunSummary } from "./run-summary.ts";
import { loadReport, SOURCE_NOTEBOOK } from "./save-results.ts";
import { findSent, send } from "./send-run.ts";
import { waysOn } from "./unfinished-runs.ts";

// An orchestration ends at its next wake-up; the current step ends with the host.
const TERMINATE_LIMIT_MS = 10_000;

/** Runs a run to its end. @throws the error that prevented this; it says how to continue the run. */
export async function driveRun(run: Run): Promise<RunSummary> {
  try {
    return await runOnce(run).catch((error: unknown) => startAgain(run, error));
  } catch (error) {
    const { subject } = run;
    if (subject.kind === "recorded" && subject.folder.record.state === "running") {
      run.deps.warn(describeUnended(subject.folder));
    }
    throw error;
  }
}

/** Starts the run again on a new storage, after its storage was lost. */
async function startAgain(run: Run, error: unknown): Promise<RunSummary> {
  if (run.subject.kind === "draft" || !isStorageLoss(error) || run.deps.signal.aborted) throw error;
  run.deps.warn(`${error.message.split("\n")[0]} A new one is started for the run.`);
  return runOnce(run);
}

function isStorageLoss(error: unknown): error is Error {
  return error instanceof Error && (error as Error & { code?: unknown }).code === "ERR_AZURITE_LOST";
}

/** The state starting, from the choice of a host to the first request; then running. */
async function runOnce(run: Run): Promise<RunSummary> {
  const { records, choice, subject, deps } = run;
  const continued = subject.kind === "recorded" ? subject.folder.record : (run.base ?? null);
  const host = run.remote ?? (await openHost({ records, choice, continued }, deps));
  let hasEnded = false;
  try {
    deps.signal.throwIfAborted();
    if (subject.kind === "draft") for (const text of (await run.collecting)?.warnings ?? []) deps.warn(text);
    // A run that is not recorded yet need not be terminated.
    deps.signal.throwIfAborted();
    const wasRecorded = subject.kind === "recorded";
    const folder = await recordOn(run, host);
    const summary = await superviseRun(
      { ...run, folder, host, display: openDisplay(run, folder), sent: { files: null, paths: [] } },
      wasRecorded,
    );
    hasEnded = summary.status === "completed" || summary.status === "failed";
    return summary;
  } finally {
    await closeHost(host, hasEnded);
  }
}

/** Records the run before it is sent: a run can be terminated only if it is recorded. */
async function recordOn(run: Run, host: RunHost): Promise<RunFolder> {
  const place = { hostPid: host.pid, ownsHost: host.booted !== null, hubName: host.hubName };
  if (run.subject.kind === "recorded") {
    const { folder } = run.subject;
    await folder.update({ ...place, state: "running", endedAt: null });
    return folder;
  }
  const { record, request, notebookText } = run.subject.draft;
  const whole: Omit<RunRecord, "formatVersion"> = {
    ...record,
    ...place,
    state: "running",
    storage: host.storage,
    ...(host.isRemote && { appUrl: host.url }),
    endedAt: null,
  };
  const folder = await run.records.create(whole, request, { [SOURCE_NOTEBOOK]: notebookText });
  run.subject = { kind: "recorded", folder };
  return folder;
}

function openDisplay({ steps, isVerbose, deps: { view } }: Run, folder: RunFolder): RunDisplay {
  const stepNames = steps.map(({ name }) => name);
  return new RunDisplay({ id: folder.record.id, stepNames, isVerbose, view, logFile: folder.openLog() });
}

/** The state running: shows and follows the run until nothing more will happen to it. */
async function superviseRun(run: RunningRun, wasSent: boolean): Promise<RunSummary> {
  const { folder, host, display } = run;
  const { leaveNow, warn } = run.deps;
  // The second Ctrl-C ends this process at once.
  const tellDetached = () => warn(describeUnended(folder));
  leaveNow.addEventListener("abort", tellDetached);
  // All events of our own host; of another host only those about this run.
  const filter = host.booted === null ? { from: "now", instanceId: folder.record.id } : { from: "start" };
  const events = await followEvents(host.events, filter, (event) => {
    // This process is idle while a step runs, and busy when the run has ended.
    if (event.kind === "function-started" && event.functionName === EXECUTOR) void loadReport();
    display.handle(event);
  });
  try {
    const found = wasSent ? await findSent(run) : null;
    const started = found ?? (await send(run));
    display.begin();
    const wake = events === null ? undefined : display.wake;
    const ending = await watch(run, started, { wake, isJustSent: found === null });
    await events?.stop();
    await display.end(describeEnding(ending));
    return await finishRun(run, ending);
  } catch (error) {
    await display.end("the host or its storage is gone");
    throw error;
  } finally {
    leaveNow.removeEventListener("abort", tellDetached);
    await events?.stop();
    await display.close();
  }
}

/**
 * Waits for whichever comes first: the end of the run, the user's interrupt, the time limit, or the end of the host.
 *
 * @param how - `wake` is triggered when the host reports the end of the run; absent if it cannot.
 */
async function watch(
  run: RunningRun,
  started: StartedRun,
  how: Pick<FollowOptions, "wake" | "isJustSent">,
): Promise<Ending> {
  const { host, timeoutMs, deps } = run;
  const limit = timeoutMs === null ? null : AbortSignal.timeout(timeoutMs);
  const over = new AbortController();
  const signal = AbortSignal.any([deps.signal, over.signal, ...(limit === null ? [] : [limit])]);
  try {
    const hostFailed = host.booted?.failed.then((error) => Promise.reject(error)) ?? new Promise<never>(() => {});
    return await Promise.race([followToEnd(run, started, { ...how, signal }), hostFailed]);
  } catch (error) {
    if (!signal.aborted) {
      over.abort(); // The waits that are still pending end too.
      throw error;
    }
    const isTimeout = limit?.aborted === true && !deps.signal.aborted;
    const ending: Ending = isTimeout ? { kind: "timed-out", limitMs: timeoutMs as number } : { kind: "interrupted" };
    await terminate(run, started, ending);
    return ending;
  }
}

async function followToEnd(
  run: RunningRun,
  started: StartedRun,
  how: Pick<FollowOptions, "wake" | "isJustSent" | "signal">,
): Promise<Ending> {
  const { host, display, deps } = run;
  const { id } = run.folder.record;
  const client = host.isRemote ? new LivePrinted({ client: host.client, id, show: display.showPrinted }) : host.client;
  const following = { client, ...how, onStatus: (it: RunStatus) => display.update(it) };
  const status = await followRun({ ...following, run: started });
  if (status !== null) return { kind: "ended", status };
  deps.warn("The storage lost the run; restarting it from its saved request.");
  const second = await followRun({ ...following, run: await send(run) });
  return second === null ? { kind: "lost" } : { kind: "ended", status: second };
}

async function terminate({ host, display, deps }: RunningRun, started: StartedRun, ending: Ending): Promise<void> {
  await display.end(ending.kind);
  const isTimeout = ending.kind === "timed-out";
  if (!isTimeout) deps.view.lines(["Ending the run. Press Ctrl-C again to exit immediately."]);
  const reason = isTimeout ? "The time limit of `local run` has passed." : "Interrupted by the user.";
  const signal = AbortSignal.any([deps.leaveNow, AbortSignal.timeout(TERMINATE_LIMIT_MS)]);
  try {
    await host.client.terminate(started, reason, signal);
    await followRun({ client: host.client, run: started, onStatus: () => {}, signal });
  } catch {
    // The host is gone; the record contains what was requested.
  }
}

/** The mark of the step that did not complete; null: all did. */
function describeEnding(ending: Ending): string | null {
  if (ending.kind !== "ended") return ending.kind;
  const { runtimeStatus } = ending.status;
  return runtimeStatus === "Completed" ? null : runtimeStatus;
}

/** A sentence about how to continue an unfinished run. */
function describeUnended(folder: RunFolder): Hint {
  const { id, appUrl } = folder.record;
  if (appUrl !== undefined) {
    const fetched = { command: "fetch", args: [id], stateDir: folder.stateDir };
    return hint`The run ${id} may still be running on ${appUrl}. ${fetched} waits for its end and downloads its results.`;
  }
  return hint`The run ${id} did not end. ${waysOn(folder)}`;
}

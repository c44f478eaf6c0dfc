import { setTimeout as delay } from "node:timers/promises";
import { isRunId } from "@same-kit/functions-app/contract";
import { OperationError, type UsageError } from "@same-kit/shared";
import type { AppAddress } from "../adapters/app/app-address.ts";
import { type AnsweredWholeRun, isFinal, type RunStatus } from "../adapters/app/run-status.ts";
import { type RunFolder, RunRecords } from "../adapters/records/run-records.ts";
import { type ToolkitErrorCode, usageError } from "../errors.ts";
import { createRecord, loadRequest, toStep } from "./fetched-request.ts";
import { toRemote } from "./local-run.ts";
import { PolledLines } from "./run/polled-lines.ts";
import { RunDisplay } from "./run/run-display.ts";
import type { RunHost } from "./run/run-host.ts";
import { finishRun } from "./run/run-result.ts";
import type { RunDeps, RunningRun } from "./run/run-state.ts";
import type { RunSummary } from "./run/run-summary.ts";

type FetchRunOptions = {
  id: string;
  stateDir: string;
  /** Null: the app that its record names, with this key. */
  address: AppAddress | null;
  accessKey: string | null;
  savesLargeSession: boolean;
};

const POLL_MS = 1_000;

/** What only the process that starts a run chooses. */
const NOT_OURS = {
  choice: { keep: false, port: null, storage: null, python: null },
  warnings: [],
  timeoutMs: null,
  isVerbose: false,
};

/**
 * Waits for the end of a run that this process did not start, and saves all its results. If no record contains the notebook, it is
 * reconstructed from the code that was sent to the app.
 *
 * @throws UsageError `ERR_USAGE` if the app of the run is unknown; OperationError `ERR_RUN_UNKNOWN`, and those of AppClient.
 */
export async function fetchRun(options: FetchRunOptions, deps: RunDeps): Promise<RunSummary> {
  const { id, stateDir, savesLargeSession } = options;
  if (!isRunId(id)) throw notAnId(id);
  const records = new RunRecords(stateDir);
  const recorded = await records.find(id);
  const host = toRemote(addressOf(options, recorded), id, stateDir, deps);
  const run = await askWhole(host, id, deps);
  const request = await loadRequest(host, run, deps);
  const folder = recorded ?? (await createRecord(records, host, run, request));
  const steps = request.steps.map(toStep);
  const stepNames = steps.map(({ name }) => name);
  const display = new RunDisplay({ id, stepNames, isVerbose: false, view: deps.view, logFile: folder.openLog() });
  try {
    display.begin();
    const ended = await waitForEnd(host, run, display, deps);
    const { runtimeStatus } = ended;
    await display.end(runtimeStatus === "Completed" ? null : runtimeStatus);
    const running: RunningRun = {
      ...NOT_OURS,
      records,
      steps,
      savesLargeSession,
      deps,
      sent: { files: null, paths: [] },
      subject: { kind: "recorded", folder },
      folder,
      host,
      display,
    };
    return await finishRun(running, {
      kind: "ended",
      status: toStatus(ended),
      endedAt: new Date(ended.lastUpdatedTime),
    });
  } catch (error) {
    await display.end("it was not fetched");
    throw error;
  } finally {
    await display.close();
  }
}

/** The ID is also the name of a folder in the records. */
function notAnId(id: string): UsageError<ToolkitErrorCode> {
  return usageError(`${JSON.stringify(id)} is not the ID of a run.`, "IDs are 1 to 100 letters, digits, - and _.");
}

function addressOf({ id, address, accessKey, stateDir }: FetchRunOptions, recorded: RunFolder | null): AppAddress {
  if (address !== null) return address;
  const url = recorded?.record.appUrl;
  if (url !== undefined) return { url, accessKey };
  throw usageError(
    recorded === null
      ? `No app is named, and ${stateDir} has no record of a run ${id}.`
      : `The run ${id} ran on a local host.`,
    "Name the app with --host-name, or a deployment with --env; for a local host, HOST:PORT with --use-http.",
  );
}

async function askWhole({ client, url }: RunHost, id: string, { signal }: RunDeps): Promise<AnsweredWholeRun> {
  const run = await client.wholeRun(id, signal);
  if (run !== null && run.requested !== null) return run;
  throw new OperationError<ToolkitErrorCode>({
    code: "ERR_RUN_UNKNOWN",
    message: run === null ? `${url} has no run ${id}.` : `The instance ${id} of ${url} is not a run of a notebook.`,
    hint: "Check the ID and the address; purged runs cannot be fetched.",
  });
}

/** Ctrl-C does not affect the run, because this process did not start it. */
async function waitForEnd(
  host: RunHost,
  first: AnsweredWholeRun,
  display: RunDisplay,
  { signal }: RunDeps,
): Promise<AnsweredWholeRun> {
  let run = first;
  const printed = new PolledLines();
  for (;;) {
    for (const line of printed.take(run)) display.showPrinted(line);
    display.update({ completedCount: run.steps.length });
    if (isFinal(toStatus(run))) return run;
    await delay(POLL_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
    const details = await host.client.details(run.id, signal);
    const isOver = details !== null && isFinal(toStatus({ ...run, ...details }));
    run = details === null || isOver ? await again(host, run.id, signal) : { ...run, ...details };
  }
}

async function again({ client, url }: RunHost, id: string, signal: AbortSignal): Promise<AnsweredWholeRun> {
  const run = await client.wholeRun(id, signal);
  if (run !== null) return run;
  throw new OperationError<ToolkitErrorCode>({
    code: "ERR_RUN_LOST",
    message: `The run ${id} of ${url} was purged while same-kit waited for it.`,
    hint: "Run the notebook again.",
  });
}

function toStatus({ id, runtimeStatus, createdTime, lastUpdatedTime, output, steps }: AnsweredWholeRun): RunStatus {
  const known = runtimeStatus as RunStatus["runtimeStatus"];
  return { instanceId: id, runtimeStatus: known, createdTime, lastUpdatedTime, output, completedCount: steps.length };
}

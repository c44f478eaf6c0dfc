import { type Hint, hint, isPidInUse, OperationError, sameKit } from "@same-kit/shared";
import type { RunFolder, RunRecord, RunRecords, RunState } from "../../adapters/records/run-records.ts";
import type { ToolkitErrorCode } from "../../errors.ts";
import type { Emulator, IdleHub } from "../../ports.ts";

const SUSPEND_REASON = "Its same-kit local run exited before the run finished.";

/**
 * Runs that a crash of their `local run` left unfinished must not continue silently because a host works on their hub again: they
 * are suspended before that host begins to work. A host that is kept running (`local up`) continues what it finds, as a real one does.
 *
 * @param exceptId - The run that is about to be continued.
 * @returns Messages for the user, one per run.
 */
export async function suspendOlderRuns(
  records: RunRecords,
  hub: IdleHub,
  emulator: Emulator,
  exceptId?: string,
): Promise<Hint[]> {
  const texts: Hint[] = [];
  for (const run of await listAbandoned(records, emulator)) {
    const { id, hubName, storage } = run.record;
    if (id === exceptId || hubName !== hub.hubName || storage !== hub.storage) continue;
    const status = await hub.client.getStatus(id);
    const known = status === null ? "lost" : endStateOf(status.runtimeStatus);
    const ended = known ?? (hub.hasLostWrites ? "lost" : null);
    if (ended === null) await hub.client.suspend(id, SUSPEND_REASON);
    // The row may be left over from lost writes; a run that is started again needs its ID.
    if (status !== null && ended === "lost") await hub.client.purge(id);
    await run.update({ state: ended ?? "suspended", endedAt: ended === null ? null : new Date().toISOString() });
    texts.push(ended === null ? describeSuspended(run) : describeEnded(run, ended));
  }
  return texts;
}

/** Unfinished runs whose host is gone. */
async function listAbandoned(records: RunRecords, emulator: Emulator): Promise<RunFolder[]> {
  const alive = new Set((await emulator.listHosts(records.stateDir)).map(({ process }) => process.pid));
  const runs = await records.list();
  const isHere = ({ record }: RunFolder) => record.appUrl === undefined;
  return runs.filter((run) => isHere(run) && run.record.state === "running" && !alive.has(run.record.hostPid));
}

/** Unfinished runs on apps elsewhere whose client exited, for example by kill -9; their records still say that they run. */
export async function describeLeftRuns(records: RunRecords): Promise<Hint[]> {
  const runs = await records.list();
  const isLeft = ({ appUrl, state, hostPid }: RunRecord) =>
    appUrl !== undefined && state === "running" && !isPidInUse(hostPid);
  return runs
    .filter(({ record }) => isLeft(record))
    .map(({ stateDir, record: { id, appUrl } }) => {
      const fetched = { command: "fetch", args: [id], stateDir };
      return hint`The client of the earlier run ${id} on ${appUrl ?? ""} exited before the run ended; ${fetched} downloads its results.`;
    });
}

/** @throws OperationError `ERR_RUN_UNKNOWN` for a run that does not exist or has ended. */
export async function requireUnfinished(records: RunRecords, id: string): Promise<RunFolder> {
  const run = await records.find(id);
  const isUnfinished =
    run !== null && run.record.appUrl === undefined && ["running", "suspended", "lost"].includes(run.record.state);
  if (isUnfinished) return run;
  throw new OperationError<ToolkitErrorCode>({
    code: "ERR_RUN_UNKNOWN",
    message:
      run === null
        ? `There is no record of a run ${id} in ${records.stateDir}.`
        : `The run ${id} is ${run.record.state}; there is nothing to continue.`,
    hint: hint`${sameKit("local status")} lists the runs in a folder; --state-dir selects another folder.`,
  });
}

function endStateOf(runtimeStatus: string): RunState | null {
  switch (runtimeStatus) {
    case "Completed":
      return "completed";
    case "Failed":
      return "failed";
    case "Terminated":
    case "Canceled":
      return "terminated";
    default:
      return null;
  }
}

/** How to continue or discard an unfinished run. */
export function waysOn({ stateDir, record: { id } }: RunFolder, verb = "continues it"): Hint {
  const resume = { command: "local resume", args: [id], stateDir };
  const discard = { command: "local discard", args: [id], stateDir };
  return hint`${resume} ${verb}, ${discard} discards it.`;
}

function describeSuspended(run: RunFolder): Hint {
  const { id, notebook } = run.record;
  return hint`An earlier run, ${id} (${notebook}), was still unfinished and has been suspended. ${waysOn(run)}`;
}

function describeEnded(run: RunFolder, state: RunState): Hint {
  const { id, notebook } = run.record;
  if (state === "lost") {
    const ways = waysOn(run, "starts it again from its saved request");
    return hint`The storage lost the earlier run ${id} (${notebook}). ${ways}`;
  }
  return `The earlier run ${id} (${notebook}) has ended meanwhile: it ${state === "completed" ? "completed" : `is ${state}`}.`;
}

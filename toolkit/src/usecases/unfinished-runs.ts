import { OperationError } from "@same-kit/shared";
import type { RunFolder, RunRecords, RunState } from "../adapters/records/run-records.ts";
import { stateDirFlag } from "../config/state-dir.ts";
import type { ToolkitErrorCode } from "../errors.ts";
import type { Emulator, IdleHub } from "../ports.ts";

const SUSPEND_REASON = "Its `same-kit local run` did not live to see the end.";

/**
 * Runs that a crash of their `local run` left unfinished must not go on silently because a host works on their hub again: they
 * are suspended before that host begins to work. A host that stays (`local up`) continues what it finds, as a real one does.
 *
 * @param exceptId - The run that is about to be continued.
 * @returns What to tell the user, a text for each.
 */
export async function suspendOlderRuns(
  records: RunRecords,
  hub: IdleHub,
  { emulator, cwd }: { emulator: Emulator; cwd: string },
  exceptId?: string,
): Promise<string[]> {
  const texts: string[] = [];
  const flag = stateDirFlag(records.stateDir, cwd);
  for (const run of await listAbandoned(records, emulator)) {
    const { id, hubName, storage } = run.record;
    if (id === exceptId || hubName !== hub.hubName || storage !== hub.storage) continue;
    const status = await hub.client.getStatus(id);
    const known = status === null ? "lost" : endStateOf(status.runtimeStatus);
    const ended = known ?? (hub.hasLostWrites ? "lost" : null);
    if (ended === null) await hub.client.suspend(id, SUSPEND_REASON);
    // The row may be a leftover of writes that are gone; a run that is started again needs its place.
    if (status !== null && ended === "lost") await hub.client.purge(id);
    await run.update({ state: ended ?? "suspended", endedAt: ended === null ? null : new Date().toISOString() });
    texts.push(ended === null ? describeSuspended(run, flag) : describeEnded(run, ended, flag));
  }
  return texts;
}

/** Unfinished runs whose host is gone. */
export async function listAbandoned(records: RunRecords, emulator: Emulator): Promise<RunFolder[]> {
  const alive = new Set((await emulator.listHosts(records.stateDir)).map(({ process }) => process.pid));
  const runs = await records.list();
  return runs.filter(({ record }) => record.state === "running" && !alive.has(record.hostPid));
}

/** @throws OperationError `ERR_RUN_UNKNOWN` for a run that is not there or has ended. */
export async function requireUnfinished(records: RunRecords, id: string): Promise<RunFolder> {
  const run = await records.find(id);
  const isUnfinished = run !== null && ["running", "suspended", "lost"].includes(run.record.state);
  if (isUnfinished) return run;
  throw new OperationError<ToolkitErrorCode>({
    code: "ERR_RUN_UNKNOWN",
    message:
      run === null
        ? `There is no record of a run ${id} in ${records.stateDir}.`
        : `The run ${id} is ${run.record.state}; there is nothing to continue.`,
    hint: "`same-kit local status` lists the runs of a folder; --state-dir names another.",
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

function describeSuspended({ record: { id, notebook } }: RunFolder, flag: string): string {
  return `The older run ${id} (${notebook}) had not ended; it is suspended now. \`same-kit local resume ${id}${flag}\` continues it, \`same-kit local discard ${id}${flag}\` forgets it.`;
}

function describeEnded({ record: { id, notebook } }: RunFolder, state: RunState, flag: string): string {
  if (state !== "lost")
    return `The older run ${id} (${notebook}) has meanwhile ended: it ${state === "completed" ? "completed" : `is ${state}`}.`;
  return `The storage lost the older run ${id} (${notebook}). \`same-kit local resume ${id}${flag}\` starts it again from its saved request, \`same-kit local discard ${id}${flag}\` forgets it.`;
}

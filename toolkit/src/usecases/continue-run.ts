import { localInstanceUrls } from "../adapters/app/instance-urls.ts";
import type { RunFolder } from "../adapters/records/run-records.ts";
import type { Step } from "../notebook/split-steps.ts";
import { type AtHost, type OnHostDeps, type OnHostOptions, onHost } from "./on-host.ts";
import type { RunSummary } from "./run-summary.ts";
import { describeUnended, superviseRun } from "./supervise-run.ts";
import type { SupervisedRun } from "./supervised-run.ts";

/** A run that has a record, and what it needs to go on. */
export type ContinuedRun = Pick<OnHostOptions, "records" | "choice"> &
  Pick<SupervisedRun, "timeoutMs" | "isVerbose" | "savesLargeSession" | "warnings"> & {
    folder: RunFolder;
    steps: readonly Step[];
  };

/** Continues a run after the last step that ended; one that its storage lost is started again from its saved request. */
export async function continueRun(run: ContinuedRun, deps: OnHostDeps): Promise<RunSummary> {
  const { folder, records, choice } = run;
  const { id, sameEnv, hubName } = folder.record;
  return onHost({ records, choice, continued: { id, hubName } }, deps, async (at) => {
    const { host, client } = at;
    await folder.update({
      state: "running",
      hostPid: host.hostPid,
      ownsHost: host.booted !== null,
      hubName: host.hubName,
      endedAt: null,
    });
    const request = await folder.readRequest();
    const beginAgain = () => client.start(request, { runId: id, sameEnv, signal: deps.leaveNow });
    return superviseRun({ ...run, ...at, begin: () => goOn(id, at, beginAgain, deps), beginAgain }, deps);
  });
}

/**
 * For a run that ended with an error of its host: once its storage was lost, it is continued on a new one.
 *
 * @throws `error`, or that of the second time; the user is told how the run goes on.
 */
export async function recoverRun(run: ContinuedRun, error: unknown, deps: OnHostDeps): Promise<RunSummary> {
  try {
    if (!isStorageLoss(error) || deps.signal.aborted) throw error;
    deps.warn(`${error.message.split("\n")[0]} A new one is started for the run.`);
    return await continueRun(run, deps);
  } catch (last) {
    deps.warn(describeUnended(run.folder, deps.cwd));
    throw last;
  }
}

function isStorageLoss(error: unknown): error is Error {
  return error instanceof Error && (error as Error & { code?: unknown }).code === "ERR_AZURITE_LOST";
}

async function goOn(
  id: string,
  { host, client }: AtHost,
  beginAgain: SupervisedRun["beginAgain"],
  { leaveNow: signal, warn }: OnHostDeps,
): ReturnType<SupervisedRun["begin"]> {
  const run = localInstanceUrls(host.url, host.hubName, id);
  // What the storage still has of it may be half of it, which would never end.
  if (host.booted?.hasLostWrites === true) await host.booted.client.purge(id);
  if ((await client.status(run, signal)) === null) {
    warn("The storage does not know the run any more; it is started again from its saved request.");
    return beginAgain();
  }
  await client.resume(run, "Continued by `same-kit local resume`.", signal);
  return run;
}

import { AppClient } from "../adapters/app/app-client.ts";
import { localInstanceUrls } from "../adapters/app/instance-urls.ts";
import { RunRecords } from "../adapters/records/run-records.ts";
import type { IdleHub } from "../ports.ts";
import { chooseHost } from "./choose-host.ts";
import { compileSource } from "./compile-source.ts";
import type { LocalRunDeps } from "./local-run.ts";
import { LogRelay } from "./log-relay.ts";
import type { RunSummary } from "./run-summary.ts";
import { superviseRun } from "./supervise-run.ts";
import { requireUnfinished, suspendOlderRuns } from "./unfinished-runs.ts";

export type LocalResumeOptions = {
  id: string;
  stateDir: string;
  port: number | null;
  /** Only needed for a storage that was chosen by a connection string, as keys are not recorded. */
  storage: string | null;
  timeoutMs: number | null;
  isVerbose: boolean;
};

/** Continues a run that a crash left unfinished; one that the storage lost is started again from its saved request. */
export async function localResume(options: LocalResumeOptions, deps: LocalRunDeps): Promise<RunSummary> {
  const { id, stateDir, port, timeoutMs, isVerbose } = options;
  const records = new RunRecords(stateDir);
  const folder = await requireUnfinished(records, id);
  const { python, sameEnv } = folder.record;
  const storage = options.storage ?? sameStorage(folder.record.storage);
  const log = new LogRelay();
  const older: string[] = [];
  const beforeWork = async (hub: IdleHub) => void older.push(...(await suspendOlderRuns(records, hub, deps, id)));
  const host = await chooseHost({ stateDir, keep: false, port, storage, python, log, beforeWork }, deps);
  try {
    await folder.update({
      state: "running",
      hostPid: host.hostPid,
      ownsHost: host.booted !== null,
      hubName: host.hubName,
      endedAt: null,
    });
    for (const text of older) deps.warn(text);
    const client = new AppClient({ address: { url: host.url, accessKey: null }, fetch: deps.fetch });
    const request = await folder.readRequest();
    const beginAgain = () => client.start(request, { runId: id, sameEnv, signal: deps.signal });
    const run = localInstanceUrls(host.url, host.hubName, id);
    const begin = async () => {
      // What the storage still has of it may be half of it, which would never end.
      if (host.booted?.hasLostWrites === true) await host.booted.client.purge(id);
      if ((await client.status(run, deps.signal)) === null) return beginAgain();
      await client.resume(run, "Continued by `same-kit local resume`.", deps.signal);
      return run;
    };
    const steps = await findSteps(folder.record);
    return await superviseRun(
      { client, host, folder, steps, warnings: [], log, begin, beginAgain, timeoutMs, isVerbose },
      deps,
    );
  } finally {
    await host.booted?.stop();
  }
}

const RECORDABLE = /^(memory|docker(:.*)?|ports:.*)$/;

/** Null for the default, so that a host which runs already can be used. */
function sameStorage(recorded: string | null): string | null {
  return recorded !== null && RECORDABLE.test(recorded) ? recorded : null;
}

/** The notebook may have changed since; then failures are not traced to its cells. */
async function findSteps({
  location,
  steps,
  sameEnv,
}: {
  location: string;
  steps: readonly string[];
  sameEnv: string;
}) {
  const now = await compileSource({ location, sameEnv }).catch(() => null);
  const isSame = now !== null && now.steps.map(({ name }) => name).join() === steps.join();
  if (isSame) return now.steps;
  return steps.map((name, index) => ({ name, index, code: "", cells: [], tags: [], cache: null, environment: null }));
}

import { AppClient } from "../adapters/app/app-client.ts";
import { HostObserver } from "../adapters/app/host-observer.ts";
import type { RunRecords } from "../adapters/records/run-records.ts";
import type { IdleHub } from "../ports.ts";
import { type ChooseHostDeps, type ChosenHost, chooseHost, type HostChoice } from "./choose-host.ts";
import { LogRelay } from "./log-relay.ts";
import type { RunSummary } from "./run-summary.ts";
import type { SuperviseDeps } from "./supervise-run.ts";
import { suspendOlderRuns } from "./unfinished-runs.ts";

export type OnHostOptions = {
  records: RunRecords;
  choice: HostChoice & { keep: boolean };
  /** A run that goes on now: it must not be suspended, and is looked for in this hub. */
  continued?: { id: string; hubName: string | null };
};

export type OnHostDeps = ChooseHostDeps & SuperviseDeps & { fetch: typeof fetch };

/** What a run has of its host. */
export type AtHost = { host: ChosenHost; client: AppClient; observer: HostObserver; log: LogRelay };

/** Chooses a host, or boots one, runs on it, and stops what was booted. */
export async function onHost(
  { records, choice, continued }: OnHostOptions,
  deps: OnHostDeps,
  work: (at: AtHost) => Promise<RunSummary>,
): Promise<RunSummary> {
  const { fetch, signal, warn } = deps;
  const log = new LogRelay();
  const older: string[] = [];
  const { id = undefined, hubName = null } = continued ?? {};
  const beforeWork = async (hub: IdleHub) => void older.push(...(await suspendOlderRuns(records, hub, deps, id)));
  const host = await chooseHost({ ...choice, hubName, stateDir: records.stateDir, log, beforeWork }, deps);
  let hasEnded = false;
  try {
    signal.throwIfAborted();
    for (const text of older) warn(text);
    const client = new AppClient({ address: { url: host.url, accessKey: null }, fetch });
    const summary = await work({ host, client, log, observer: new HostObserver({ url: host.url, fetch }) });
    hasEnded = summary.status === "completed" || summary.status === "failed";
    return summary;
  } finally {
    // Of a run that was interrupted or lost, nobody waits for what its step still does.
    await (hasEnded ? host.booted?.stop() : host.booted?.abandon());
  }
}

import { localInstanceUrls } from "../adapters/app/instance-urls.ts";
import { type RunFolder, RunRecords } from "../adapters/records/run-records.ts";
import type { IdleHub } from "../ports.ts";
import { chooseHost } from "./choose-host.ts";
import type { LocalRunDeps } from "./local-run.ts";
import { LogRelay } from "./log-relay.ts";
import { requireUnfinished, suspendOlderRuns } from "./unfinished-runs.ts";

export type LocalDiscardOptions = { id: string; stateDir: string; storage: string | null };

/** Removes a run that did not end: from its hub, so that no host ever continues it, and its record. */
export async function localDiscard(
  { id, stateDir, storage }: LocalDiscardOptions,
  deps: LocalRunDeps,
): Promise<{ id: string; freedBytes: number }> {
  const records = new RunRecords(stateDir);
  const folder = await requireUnfinished(records, id);
  if (folder.record.state !== "lost" && folder.record.storage !== "memory") await purge(folder, records, storage, deps);
  return { id, freedBytes: await records.remove(folder) };
}

async function purge(
  { record: { id, hubName } }: RunFolder,
  records: RunRecords,
  storage: string | null,
  deps: LocalRunDeps,
): Promise<void> {
  // The host is only booted to forget one run: no other may go on meanwhile.
  const beforeWork = async (hub: IdleHub) => {
    for (const text of await suspendOlderRuns(records, hub, deps, id)) deps.warn(text);
  };
  const { stateDir } = records;
  const choice = { stateDir, storage, hubName, keep: false, port: null, python: null, log: new LogRelay(), beforeWork };
  const host = await chooseHost(choice, deps);
  try {
    if (host.booted !== null) {
      await host.booted.client.terminate(id, "Discarded by the user.");
      await host.booted.client.purge(id);
      return;
    }
    const urls = localInstanceUrls(host.url, host.hubName, id);
    const signal = deps.signal;
    await deps.fetch(urls.terminatePostUri.replace("{text}", "Discarded"), { method: "POST", signal });
    await deps.fetch(urls.purgeHistoryDeleteUri, { method: "DELETE", signal });
  } finally {
    await host.booted?.stop();
  }
}

import { localInstanceUrls } from "../adapters/app/instance-urls.ts";
import { type RunFolder, RunRecords } from "../adapters/records/run-records.ts";
import { openHost } from "./run/run-host.ts";
import type { RunDeps } from "./run/run-state.ts";
import { requireUnfinished } from "./run/unfinished-runs.ts";

type LocalDiscardOptions = { id: string; stateDir: string; storage: string | null };

/** Data in these is lost when the host stops. */
const ENDS_WITH_HOST: ReadonlySet<string> = new Set(["memory", "none"]);

/** Removes an unfinished run from its hub, so that no host ever continues it, and removes its record. */
export async function localDiscard(
  { id, stateDir, storage }: LocalDiscardOptions,
  deps: RunDeps,
): Promise<{ id: string; freedBytes: number }> {
  const records = new RunRecords(stateDir);
  const folder = await requireUnfinished(records, id);
  const isForgotten = folder.record.state === "lost" || ENDS_WITH_HOST.has(folder.record.storage ?? "");
  if (!isForgotten) await purge(folder, records, storage, deps);
  return { id, freedBytes: await records.remove(folder) };
}

async function purge(
  { record: { id, hubName } }: RunFolder,
  records: RunRecords,
  storage: string | null,
  deps: RunDeps,
): Promise<void> {
  const choice = { storage, keep: false, port: null, python: null };
  const host = await openHost({ records, choice, continued: { id, hubName } }, deps);
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

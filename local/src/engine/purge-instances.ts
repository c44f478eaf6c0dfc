import { deleteBlobsBelow } from "../storage/gzip-blobs.ts";
import type { InstanceFilter } from "./client.ts";
import { TERMINAL } from "./history/events.ts";
import type { OrchestrationDispatcher } from "./orchestrations/orchestration-dispatcher.ts";
import { escapeKey } from "./taskhub/names.ts";
import type { TaskHub } from "./taskhub/task-hub.ts";
import type { HistoryStore } from "./tracking/history-store.ts";
import type { InstanceStore } from "./tracking/instance-store.ts";

const PURGE_PAGE = 100;
const PURGES_AT_ONCE = 8;

export type PurgeDeps = {
  hub: TaskHub;
  histories: HistoryStore;
  instances: InstanceStore;
  orchestrations: Pick<OrchestrationDispatcher, "whileIdle">;
  onPurge?: ((instanceId: string) => Promise<void>) | undefined;
};

/** @returns whether the instance existed. */
export function purge(instanceId: string, deps: PurgeDeps): Promise<boolean> {
  return deps.orchestrations.whileIdle(instanceId, () => purgeIdle(instanceId, deps));
}

/** Purges only ended instances: a filter must never delete running ones. @returns how many. */
export async function purgeMany(filter: InstanceFilter, deps: PurgeDeps): Promise<number> {
  const wanted = filter.runtimeStatus ?? [];
  const runtimeStatus = wanted.length === 0 ? TERMINAL : TERMINAL.filter((status) => wanted.includes(status));
  if (runtimeStatus.length === 0) return 0;
  let purged = 0;
  let continuationToken: string | undefined;
  do {
    const page = { top: PURGE_PAGE, withInput: false, ...(continuationToken !== undefined && { continuationToken }) };
    const found = await deps.instances.list({ ...filter, runtimeStatus }, page);
    for (let at = 0; at < found.rows.length; at += PURGES_AT_ONCE) {
      const some = found.rows.slice(at, at + PURGES_AT_ONCE);
      const done = await Promise.all(some.map(({ instanceId }) => purge(instanceId, deps)));
      purged += done.filter(Boolean).length;
    }
    continuationToken = found.continuationToken ?? undefined;
  } while (continuationToken !== undefined);
  return purged;
}

/**
 * Deletes rows, history and blobs, whatever the status. Message blobs are named after the raw id, blobs of history rows
 * after the escaped one.
 */
async function purgeIdle(instanceId: string, { hub, histories, instances, onPurge }: PurgeDeps): Promise<boolean> {
  if ((await instances.findRow(instanceId)) === null) return false;
  // With the slash; otherwise an instance whose id starts with this one would lose its blobs.
  const prefixes = new Set([`${instanceId}/`, `${escapeKey(instanceId)}/`]);
  await Promise.all([
    histories.purge(instanceId),
    onPurge?.(instanceId),
    ...[...prefixes].map((prefix) => deleteBlobsBelow(hub.largeMessages, prefix)),
  ]);
  // Last, so that a purge that failed midway can be repeated.
  await instances.remove(instanceId);
  return true;
}

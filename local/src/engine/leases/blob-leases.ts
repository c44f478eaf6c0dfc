// Control queues that hosts of Durable Functions 2.x share through leases on blobs in `{hub}-leases`: `intent/` and
// `ownership/` of the safe partition manager, `default/` of the legacy one. Source: Azure/durabletask,
// DurableTask.AzureStorage/Partitioning/SafePartitionManager.cs and LegacyPartitionManager.cs.

import { statusOf } from "../../storage/storage-errors.ts";
import type { TaskHub } from "../taskhub/task-hub.ts";

const KINDS = ["intent/", "ownership/", "default/"];

/** Names of the queues that another kind of host has, or is about to have, through an unexpired lease. */
export async function readBlobLeases(hub: TaskHub): Promise<Set<string>> {
  const held = new Set<string>();
  try {
    for await (const { name, isLeased } of hub.blobLeases.list()) {
      const kind = KINDS.find((it) => name.startsWith(it));
      if (isLeased && kind !== undefined) held.add(name.slice(kind.length));
    }
  } catch (error) {
    // No such host has ever used this hub.
    if (statusOf(error) !== 404) throw error;
  }
  return held;
}

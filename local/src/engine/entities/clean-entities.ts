// Performed automatically by the host; upstream's client does it on demand (CleanEntityStorageAsync).
// Source: Azure/durabletask, DurableTask.AzureStorage/EntityTrackingStoreQueries.cs, CleanEntityStorageAsync.

import { type Clock, type Logger, parseTicks } from "@same-kit/shared";
import type { InstanceStatus, TaskHubClient } from "../client.ts";
import { TERMINAL } from "../history/events.ts";
import { isEmptyEntity, lockHolderIn } from "./scheduler-state.ts";

type CleaningDeps = {
  client: Pick<TaskHubClient, "list" | "getStatus" | "purge" | "releaseLock">;
  clock: Clock;
  log: Logger;
  /** How long to keep an empty entity, and a lock whose holder has ended: a message may still be in transit. */
  keptMs: number;
};

type Cleaned = { removed: number; released: number };

// Both are rarely needed, and an instance that ends releases its locks itself.
const FIRST_CLEANING_MS = 60_000;
const CLEANING_INTERVAL_MS = 10 * 60_000;
const PAGE = 100;
const ENTITIES = "@";

/** Deletes empty entities, and releases locks whose holder has ended or no longer exists. */
export async function cleanEntities(deps: CleaningDeps, signal?: AbortSignal): Promise<Cleaned> {
  const cleaned: Cleaned = { removed: 0, released: 0 };
  let continuationToken: string | undefined;
  do {
    const page = { top: PAGE, ...(continuationToken === undefined ? {} : { continuationToken }) };
    const found = await deps.client.list({ instanceIdPrefix: ENTITIES }, page);
    for (const status of found.instances) {
      if (signal?.aborted === true) return cleaned;
      await clean(status, deps, cleaned);
    }
    continuationToken = found.continuationToken ?? undefined;
  } while (continuationToken !== undefined);
  return cleaned;
}

/** Cleans up periodically until `signal` aborts. Never rejects. */
export async function keepEntitiesClean(deps: CleaningDeps, signal: AbortSignal): Promise<void> {
  await deps.clock.sleep(FIRST_CLEANING_MS, signal, { isRoutine: true });
  while (!signal.aborted) {
    try {
      await cleanEntities(deps, signal);
    } catch (error) {
      deps.log.debug("Entities could not be cleaned up.", { reason: (error as Error).message });
    }
    await deps.clock.sleep(CLEANING_INTERVAL_MS, signal, { isRoutine: true });
  }
}

async function clean(status: InstanceStatus, deps: CleaningDeps, cleaned: Cleaned): Promise<void> {
  const { client, clock, log, keptMs } = deps;
  const { instanceId, customStatus, lastUpdatedTime } = status;
  const holder = lockHolderIn(customStatus);
  if (holder !== null && (await hasEndedBefore(keptSince(clock, keptMs), holder, client))) {
    await client.releaseLock(instanceId, holder);
    cleaned.released += 1;
    log.warn("An entity was locked by an instance that has ended; the lock is released.", { instanceId, holder });
  } else if (isEmptyEntity(customStatus) && parseTicks(lastUpdatedTime) < parseTicks(keptSince(clock, keptMs))) {
    cleaned.removed += Number(await client.purge(instanceId));
  }
}

/**
 * What the holder requested under the lock, and the lock's release, arrive after its end if a batch of the entity was
 * not saved.
 */
async function hasEndedBefore(time: string, holder: string, client: CleaningDeps["client"]): Promise<boolean> {
  const status = await client.getStatus(holder, { withInput: false });
  if (status === null) return true;
  return TERMINAL.includes(status.runtimeStatus) && parseTicks(status.lastUpdatedTime) < parseTicks(time);
}

const keptSince = (clock: Clock, keptMs: number): string => new Date(clock.now().getTime() - keptMs).toISOString();

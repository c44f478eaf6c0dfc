// Repairs an instances row that a crash left behind its history. Source: Azure/durabletask,
// DurableTask.AzureStorage/Tracking/AzureTableTrackingStore.cs, UpdateInstanceStatusForCompletedOrchestrationAsync;
// there only for ended instances, here for all.

import type { Clock } from "@same-kit/shared";
import { EventType, type HistoryEvent, type OrchestrationStatusName } from "../history/events.ts";
import { statusName } from "../history/row-codec.ts";
import type { HistoryStore, StoredHistory } from "../tracking/history-store.ts";
import type { InstanceRow, InstanceStore } from "../tracking/instance-store.ts";

type RowRepairDeps = { histories: HistoryStore; instances: InstanceStore; clock: Clock };

// Another host takes over a lease that was not renewed for 30 s. Work that took longer than this limit may have been
// overtaken: this process, or its request, was paused.
const PROMPT_MS = 2_000;
const MAX_FAILURES = 60;
const FAILURE_PAUSE_MS = 1_000;

/**
 * Whether work started at `beganMs` (milliseconds since the epoch) took so long that another host may have advanced the
 * instance.
 */
export function isLate(beganMs: number, clock: Clock): boolean {
  return clock.now().getTime() - beganMs > PROMPT_MS;
}

/**
 * Makes the row show the state of the stored history, repeatedly if that may have changed in the meantime. Once it has
 * started to write, it retries for a long time: no other host would know that the row may show an older state.
 *
 * @returns The history.
 */
export async function repairRow(instanceId: string, deps: RowRepairDeps): Promise<StoredHistory> {
  const { histories, instances, clock } = deps;
  let hasWritten = false;
  for (let failures = 0; ; ) {
    const beganMs = clock.now().getTime();
    try {
      const stored = await histories.load(instanceId, null);
      const { events, executionId } = stored;
      const row = await instances.findRow(instanceId);
      if (executionId === null || !isRowStale(row, executionId, expectedStatus(events))) return stored;
      if (isLate(beganMs, clock)) continue;
      hasWritten = true;
      const unknown = { customStatus: undefined, inputBlob: null, outputBlob: null };
      await instances.writeEpisode({ instanceId, executionId, newEvents: events, ...unknown, mayCreate: true });
      if (!isLate(beganMs, clock)) return stored;
    } catch (error) {
      failures += 1;
      if (!hasWritten || failures > MAX_FAILURES) throw error;
      await clock.sleep(FAILURE_PAUSE_MS);
    }
  }
}

/** The status in the row of an instance with this history. */
export function expectedStatus(events: readonly HistoryEvent[]): OrchestrationStatusName {
  let status: OrchestrationStatusName = "Pending";
  for (const event of events) {
    if (event.EventType === EventType.ExecutionStarted) status = "Running";
    if (event.EventType === EventType.ExecutionSuspended) status = "Suspended";
    if (event.EventType === EventType.ExecutionResumed) status = "Running";
    if (event.EventType === EventType.ExecutionTerminated) status = "Terminated";
    if (event.EventType === EventType.ExecutionCompleted) status = statusName(event.OrchestrationStatus);
  }
  return status;
}

/** Whether the row shows an older state than a history with this execution and status. */
export function isRowStale(row: InstanceRow | null, executionId: string, expected: OrchestrationStatusName): boolean {
  if (row === null) return true;
  if (row.executionId === executionId) return row.status !== expected;
  // While pending, another execution's row is that of a newer start; otherwise, of an older generation.
  return row.status !== "Pending";
}

// An instances row that a crash left behind its history. Source: Azure/durabletask,
// DurableTask.AzureStorage/Tracking/AzureTableTrackingStore.cs, UpdateInstanceStatusForCompletedOrchestrationAsync; there only for
// instances that have ended, here for all.

import { EventType, type HistoryEvent, type OrchestrationStatusName } from "../history/events.ts";
import { statusName } from "../history/row-codec.ts";
import type { InstanceRow } from "../tracking/instance-store.ts";

/** The status that the row of an instance with this history shows. */
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

export function isRowStale(row: InstanceRow | null, executionId: string, expected: OrchestrationStatusName): boolean {
  if (row === null) return true;
  if (row.executionId === executionId) return row.status !== expected;
  // Another execution's row is a newer start's while it is pending; else an older generation's.
  return row.status !== "Pending";
}

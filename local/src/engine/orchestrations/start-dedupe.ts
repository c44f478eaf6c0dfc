// Handles a start message without a row, or with another execution's row. Source: Azure/durabletask,
// DurableTask.AzureStorage/AzureStorageOrchestrationService.cs and AzureTableTrackingStore.cs, FetchInstanceStatus.

import { parseTicks } from "@same-kit/shared";
import { EventType, type ExecutionStartedEvent, type HistoryEvent, type ParentInstance } from "../history/events.ts";
import type { ReceivedMessage } from "../messages/message-data.ts";
import type { InstanceRow } from "../tracking/instance-store.ts";

/** What to do with a start: run it, delete it, or retry later. */
type StartVerdict = "accept" | "delete" | "abandon";

const MAX_DEQUEUES = 10;
const TICKS_PER_MS = 10_000n;

/** The start event of a top-level instance; null for any other message. */
export function topLevelStartOf(message: ReceivedMessage): ExecutionStartedEvent | null {
  const event = message.data.TaskMessage.Event;
  return event.EventType === EventType.ExecutionStarted && event.ParentInstance === null ? event : null;
}

/** Decides about a start message by the instance's row: its own, another start's, or none. */
export function judgeStart(
  event: ExecutionStartedEvent,
  message: ReceivedMessage,
  row: InstanceRow | null,
  visibilityTimeoutMs: number,
): StartVerdict {
  // The extension ignores the status, so it starts an instance that was terminated while waiting for its start time.
  if (row !== null && isSameExecution(event, row)) return row.status === "Terminated" ? "delete" : "accept";
  if (
    row !== null &&
    row.generation === event.Generation &&
    isOlderThanMessage(event, message, row, visibilityTimeoutMs)
  ) {
    return "delete"; // Another start of the same id won.
  }
  return message.dequeueCount >= MAX_DEQUEUES ? "delete" : "abandon";
}

/**
 * Whether the history comes from this start, or from another copy of it: a parent that was interrupted before its
 * checkpoint sends its child's start again, under another execution id.
 */
export function isStartOf(start: ExecutionStartedEvent, history: readonly HistoryEvent[]): boolean {
  const known = history.find((it) => it.EventType === EventType.ExecutionStarted);
  if (known === undefined) return false;
  if (known.OrchestrationInstance.ExecutionId === start.OrchestrationInstance.ExecutionId) return true;
  if (known.ParentInstance !== null && start.ParentInstance !== null) {
    return isSameRequest(known.ParentInstance, start.ParentInstance);
  }
  // A later generation of this start; only those have no number of their own.
  const isContinued = known.Generation === null && known.ParentInstance === null && start.ParentInstance === null;
  return isContinued && parseTicks(known.Timestamp) >= parseTicks(start.Timestamp);
}

function isSameRequest(a: ParentInstance, b: ParentInstance): boolean {
  return (
    a.TaskScheduleId === b.TaskScheduleId &&
    a.OrchestrationInstance.InstanceId === b.OrchestrationInstance.InstanceId &&
    a.OrchestrationInstance.ExecutionId === b.OrchestrationInstance.ExecutionId
  );
}

function isSameExecution(event: ExecutionStartedEvent, row: InstanceRow): boolean {
  const id = event.OrchestrationInstance.ExecutionId ?? "";
  return row.executionId === "" || row.executionId.toLowerCase() === id.toLowerCase();
}

function isOlderThanMessage(
  event: ExecutionStartedEvent,
  message: ReceivedMessage,
  row: InstanceRow,
  visibilityTimeoutMs: number,
): boolean {
  const created = parseTicks(row.createdTime);
  if (row.status === "Pending" && created < parseTicks(event.Timestamp)) return true;
  const lastSeenMs = message.nextVisibleAt.getTime() - visibilityTimeoutMs;
  return message.dequeueCount > 1 && BigInt(lastSeenMs) * TICKS_PER_MS > created;
}

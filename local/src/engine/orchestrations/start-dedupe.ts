// A start message without a row, or beside another execution's row. Source: Azure/durabletask,
// DurableTask.AzureStorage/AzureStorageOrchestrationService.cs and AzureTableTrackingStore.cs, FetchInstanceStatus.

import { parseTicks } from "../../shared/clock.ts";
import { EventType, type ExecutionStartedEvent } from "../history/events.ts";
import type { ReceivedMessage } from "../messages/message-data.ts";
import type { InstanceRow } from "../tracking/instance-store.ts";

/** What to do with a start: run it, throw it away, or look again later. */
export type StartVerdict = "accept" | "delete" | "abandon";

const MAX_DEQUEUES = 10;
const TICKS_PER_MS = 10_000n;

/** The start event of a top-level instance; null for any other message. */
export function topLevelStartOf(message: ReceivedMessage): ExecutionStartedEvent | null {
  const event = message.data.TaskMessage.Event;
  return event.EventType === EventType.ExecutionStarted && event.ParentInstance === null ? event : null;
}

export function judgeStart(
  event: ExecutionStartedEvent,
  message: ReceivedMessage,
  row: InstanceRow | null,
  visibilityTimeoutMs: number,
): StartVerdict {
  if (row !== null && isSameExecution(event, row)) return "accept";
  if (
    row !== null &&
    row.generation === event.Generation &&
    isOlderThanMessage(event, message, row, visibilityTimeoutMs)
  ) {
    return "delete"; // Another starter of the same id won.
  }
  return message.dequeueCount >= MAX_DEQUEUES ? "delete" : "abandon";
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

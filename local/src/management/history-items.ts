// A history in the format of the HTTP API: one item for a call and its result, without frames and without the numbers
// that only replay needs.
// Source: Azure/azure-functions-durable-extension, ContextImplementations/DurableClient.cs,
// GetDurableOrchestrationStatusAsync.

import {
  EventType,
  type HistoryEvent,
  OrchestrationStatus,
  type SubOrchestrationInstanceCreatedEvent,
  type TaskScheduledEvent,
} from "../engine/history/events.ts";
import { toJsonValue } from "./instance-status.ts";

type HistoryOptions = { showInput: boolean; showHistoryOutput: boolean };
type Item = Record<string, unknown>;
type Call = TaskScheduledEvent | SubOrchestrationInstanceCreatedEvent;

/**
 * Converts a history to the API's items, in history order: frames are left out, and a call is merged into its result.
 */
export function historyItems(events: readonly HistoryEvent[], options: HistoryOptions): Item[] {
  const calls = new Map<number, Call>();
  const finished = new Set<number>();
  for (const event of events) {
    if (isCall(event)) calls.set(event.EventId, event);
    if ("TaskScheduledId" in event) finished.add(event.TaskScheduledId);
  }
  return events.flatMap((event) => {
    if (isFrame(event) || (isCall(event) && finished.has(event.EventId))) return [];
    return [toItem(event, calls, options)];
  });
}

function toItem(event: HistoryEvent, calls: ReadonlyMap<number, Call>, options: HistoryOptions): Item {
  const { EventId: _, IsPlayed: __, EventType: type, ...rest } = event;
  const item: Item = { EventType: nameOf(EventType, type), ...rest };
  if (!options.showInput) delete item["Input"];
  switch (event.EventType) {
    case EventType.TaskCompleted:
    case EventType.TaskFailed:
    case EventType.SubOrchestrationInstanceCompleted:
    case EventType.SubOrchestrationInstanceFailed:
      addCall(item, calls.get(event.TaskScheduledId), options);
      break;
    case EventType.ExecutionStarted:
      item["FunctionName"] = event.Name;
      drop(item, "Name", "OrchestrationInstance", "ParentInstance", "Version", "Tags");
      break;
    case EventType.ExecutionCompleted:
      item["OrchestrationStatus"] = nameOf(OrchestrationStatus, event.OrchestrationStatus);
      break;
    case EventType.TimerFired:
      drop(item, "TimerId");
      break;
    case EventType.TaskScheduled:
    case EventType.SubOrchestrationInstanceCreated:
      drop(item, "Version");
      break;
  }
  showResult(item, options);
  return item;
}

/** A result includes what its call would have shown. */
function addCall(item: Item, call: Call | undefined, { showInput }: HistoryOptions): void {
  drop(item, "TaskScheduledId");
  if (call === undefined) return;
  item["ScheduledTime"] = call.Timestamp;
  item["FunctionName"] = call.Name;
  if (showInput) item["Input"] = call.Input;
  if (call.EventType === EventType.SubOrchestrationInstanceCreated) item["InstanceId"] = call.InstanceId;
  if (call.Tags && Object.keys(call.Tags).length > 0) item["Tags"] = call.Tags;
}

function showResult(item: Item, { showHistoryOutput }: HistoryOptions): void {
  if (!("Result" in item)) return;
  if (showHistoryOutput) item["Result"] = toJsonValue(item["Result"] as string | null);
  else drop(item, "Result");
}

function drop(item: Item, ...names: string[]): void {
  for (const name of names) delete item[name];
}

function isCall(event: HistoryEvent): event is Call {
  return event.EventType === EventType.TaskScheduled || event.EventType === EventType.SubOrchestrationInstanceCreated;
}

function isFrame(event: HistoryEvent): boolean {
  return event.EventType === EventType.OrchestratorStarted || event.EventType === EventType.OrchestratorCompleted;
}

function nameOf(numbers: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(numbers).find(([, number]) => number === value)?.[0] ?? String(value);
}

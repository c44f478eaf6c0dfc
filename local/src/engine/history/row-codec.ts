// Events as rows of the history table. Source: Azure/durabletask, DurableTask.AzureStorage/Tracking/TableEntityConverter.cs.

import {
  booleanValue,
  type Columns,
  type ColumnValue,
  dateTime,
  numberValue,
  textValue,
} from "../../storage/table-values.ts";
import { EVENT_MEMBERS, eventTypeName, type MemberKind } from "./event-members.ts";
import {
  EventType,
  type EventTypeName,
  type HistoryEvent,
  OrchestrationStatus,
  type OrchestrationStatusName,
  type OrchestrationStatusNumber,
} from "./events.ts";

/** Columns without keys; null values are omitted, except for objects, which become the text `null`. */
type EventColumns = Record<string, ColumnValue>;

const ROW_KEY_DIGITS = 16;

/** Row key of the event with this ordinal in its execution: 16 upper-case hex digits. */
export function historyRowKey(ordinal: number): string {
  return ordinal.toString(16).toUpperCase().padStart(ROW_KEY_DIGITS, "0");
}

/** Converts an event to table columns, without its keys; large values are not moved to blobs yet. */
export function toColumns(event: HistoryEvent): EventColumns {
  const name = eventTypeName(event.EventType);
  const columns: EventColumns = {
    EventType: name,
    EventId: event.EventId,
    IsPlayed: event.IsPlayed,
    _Timestamp: dateTime(event.Timestamp),
  };
  const members = EVENT_MEMBERS[name];
  for (const [member, kind] of Object.entries({ ...members?.fields, ...members?.properties })) {
    const value = toColumn(kind, (event as unknown as Record<string, unknown>)[member]);
    if (value !== undefined) columns[member] = value;
  }
  return columns;
}

function toColumn(kind: MemberKind, value: unknown): ColumnValue | undefined {
  if (kind === "json") return JSON.stringify(value ?? null);
  if (value === null || value === undefined) return undefined;
  if (kind === "dateTime") return dateTime(String(value));
  return kind === "status" ? statusName(value as OrchestrationStatusNumber) : (value as ColumnValue);
}

/**
 * @param row - With its large properties restored.
 * @throws Error for an unknown event type: the history cannot be trusted then.
 */
export function fromColumns(row: Columns): HistoryEvent {
  const name = (textValue(row, "EventType") ?? "") as EventTypeName;
  const members = EVENT_MEMBERS[name];
  if (members === undefined) throw new Error(`The history contains an event of the unknown type "${name}".`);
  const event: Record<string, unknown> = {};
  for (const [member, kind] of Object.entries(members.fields)) event[member] = fromColumn(kind, row, member);
  event["EventType"] = EventType[name];
  for (const [member, kind] of Object.entries(members.properties)) event[member] = fromColumn(kind, row, member);
  event["EventId"] = numberValue(row, "EventId") ?? -1;
  event["IsPlayed"] = booleanValue(row, "IsPlayed") ?? false;
  event["Timestamp"] = textValue(row, "_Timestamp") ?? "";
  return event as unknown as HistoryEvent;
}

function fromColumn(kind: MemberKind, row: Columns, name: string): unknown {
  switch (kind) {
    case "string":
    case "dateTime":
      return textValue(row, name);
    case "int":
      return numberValue(row, name);
    case "bool":
      return booleanValue(row, name) ?? false;
    case "status":
      return OrchestrationStatus[(textValue(row, name) ?? "") as OrchestrationStatusName];
    case "json":
      return JSON.parse(textValue(row, name) || "null");
  }
}

export function statusName(status: OrchestrationStatusNumber): OrchestrationStatusName {
  const found = Object.entries(OrchestrationStatus).find(([, number]) => number === status);
  return (found?.[0] ?? "Running") as OrchestrationStatusName;
}

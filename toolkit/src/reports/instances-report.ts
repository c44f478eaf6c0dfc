import type { InstanceItem } from "../ports.ts";
import type { Console } from "../ui/console.ts";
import { truncate } from "../ui/format.ts";
import { renderTable } from "../ui/table.ts";

const SHOWN_VALUE = 60;

export function instancesTable(instances: readonly InstanceItem[], console: Console): string {
  if (instances.length === 0) return "No instance matches.";
  const rows = instances.map(({ instanceId, name, runtimeStatus, createdTime, lastUpdatedTime }) => [
    instanceId,
    name,
    runtimeStatus,
    createdTime,
    lastUpdatedTime,
  ]);
  return renderTable(["Instance", "Orchestrator", "Status", "Created", "Updated"], rows, console);
}

export function instanceDetails(it: InstanceItem, console: Console): string {
  const rows = [
    ["Instance", it.instanceId],
    ["Orchestrator", it.name],
    ["Status", it.runtimeStatus],
    ["Created", it.createdTime],
    ["Updated", it.lastUpdatedTime],
    ["Custom status", valueText(it.customStatus)],
    ["Input", valueText(it.input)],
    ["Output", valueText(it.output)],
  ];
  return renderTable(["", ""], rows, console);
}

export function historyTable({ historyEvents = [] }: InstanceItem, console: Console): string {
  if (historyEvents.length === 0) return "There is no history yet.";
  const rows = historyEvents.map((event) => [
    String(event["Timestamp"] ?? ""),
    String(event["EventType"] ?? ""),
    String(event["FunctionName"] ?? event["Name"] ?? event["FireAt"] ?? ""),
    valueText(event["Result"] ?? event["Reason"] ?? event["Input"] ?? null),
  ]);
  return renderTable(["Time", "Event", "Of", "Value"], rows, console);
}

function valueText(value: unknown): string {
  return value === null || value === undefined ? "" : truncate(JSON.stringify(value), SHOWN_VALUE);
}

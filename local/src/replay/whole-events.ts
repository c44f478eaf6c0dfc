// The management API returns a history without its frames and numbers, and merges a call with its result. The missing
// parts can be derived: numbers are assigned in scheduling order, and a call precedes its result. Only the times at
// which the orchestrator woke up are missing; the event that woke it gives them, up to its delay.
// Source: Azure/azure-functions-durable-extension, ContextImplementations/DurableClient.cs,
// GetDurableOrchestrationStatusAsync.

import { parseTicks } from "@same-kit/shared";
import type { EventTypeName, HistoryEvent } from "../engine/history/events.ts";
import type { RecordedEvent } from "../testing-api.ts";
import { type Recording, toHistoryEvent, unreadable } from "./recording.ts";

type Item = { event: RecordedEvent; index: number };
/** An item that was assigned a number. */
type Scheduled = Item & { type: EventTypeName; time: bigint; id: number; isOpen: boolean };

const CALLS: Readonly<Record<string, EventTypeName>> = {
  TaskCompleted: "TaskScheduled",
  TaskFailed: "TaskScheduled",
  SubOrchestrationInstanceCompleted: "SubOrchestrationInstanceCreated",
  SubOrchestrationInstanceFailed: "SubOrchestrationInstanceCreated",
};
const SCHEDULING: readonly unknown[] = [
  "TaskScheduled",
  "SubOrchestrationInstanceCreated",
  "TimerCreated",
  "EventSent",
];
const IGNORED: readonly unknown[] = ["GenericEvent", "HistoryState", "OrchestratorStarted", "OrchestratorCompleted"];

/** @param status - The API's other data about the instance. */
export function wholeEvents(
  recorded: readonly RecordedEvent[],
  status: Readonly<Record<string, unknown>>,
): Pick<Recording, "events" | "origins"> {
  requireResults(recorded);
  const items = recorded
    .map((event, index) => ({ event, index }))
    .filter(({ event }) => !IGNORED.includes(event.EventType));
  const scheduled = numberScheduled(items);
  const writer = new Writer();
  for (const item of items) {
    const own = scheduled.find((it) => it.index === item.index);
    if (own !== undefined) writer.addScheduled(own);
    if (SCHEDULING.includes(item.event.EventType)) continue;
    writer.wakeUp(item);
    writer.addArrived(item, status, own ?? firedTimer(item, scheduled));
  }
  return writer;
}

function requireResults(recorded: readonly RecordedEvent[]): void {
  const completed = recorded.filter((it) => it.EventType === "TaskCompleted");
  if (completed.length > 0 && completed.every((it) => !("Result" in it))) throw unreadable("It lacks all results.");
  const isBare = (it: RecordedEvent) => it.EventType === "EventSent" && typeof it["Input"] !== "string";
  if (recorded.some(isBare)) throw unreadable("It lacks what was sent to entities: ask with showInput=true.");
}

function numberScheduled(items: readonly Item[]): Scheduled[] {
  const scheduled = items.flatMap(({ event, index }): Omit<Scheduled, "id">[] => {
    const type = CALLS[String(event.EventType)] ?? (SCHEDULING.includes(event.EventType) ? event.EventType : undefined);
    if (type === undefined) return [];
    const time = timeOf(event["ScheduledTime"] ?? event["Timestamp"]);
    return [{ event, index, type: type as EventTypeName, time, isOpen: true }];
  });
  // A stable sort: items scheduled at the same time keep the order in which the API returns them.
  return scheduled.sort((a, b) => Number(a.time - b.time)).map((it, id) => ({ ...it, id }));
}

/** The timer that fired: the first one with its time that has not fired yet. */
function firedTimer({ event }: Item, scheduled: readonly Scheduled[]): Scheduled | undefined {
  if (event.EventType !== "TimerFired") return undefined;
  const at = timeOf(event["FireAt"]);
  const timer = scheduled.find((it) => it.type === "TimerCreated" && it.isOpen && timeOf(it.event["FireAt"]) === at);
  if (timer !== undefined) timer.isOpen = false;
  return timer;
}

/** Writes events in order, with the frames between them. */
class Writer {
  readonly events: HistoryEvent[] = [];
  readonly origins: Recording["origins"] = new Map();
  #now = 0n;
  #nowText = "";

  /** The orchestrator wakes up when an event has arrived, but not before the previous wake-up. */
  wakeUp({ event }: Item): void {
    for (const text of [event["Timestamp"], event.EventType === "TimerFired" ? event["FireAt"] : undefined]) {
      const time = timeOf(text);
      if (time <= this.#now) continue;
      this.#now = time;
      this.#nowText = String(text);
    }
    this.#add({ EventType: "OrchestratorStarted", EventId: -1, Timestamp: this.#nowText });
  }

  addScheduled({ event, index, type, id }: Scheduled): void {
    const Name = event["FunctionName"] ?? event["Name"];
    const base = { EventType: type, EventId: id, Timestamp: event["ScheduledTime"] ?? event["Timestamp"] };
    const members = { FireAt: event["FireAt"], InstanceId: event["InstanceId"], Input: event["Input"] ?? null };
    this.#add({ ...members, ...base, Name, Version: null }, { event, index });
  }

  addArrived({ event, index }: Item, status: Readonly<Record<string, unknown>>, cause: Scheduled | undefined): void {
    const whole: RecordedEvent = { ...event, EventId: -1 };
    if ("Result" in whole) whole["Result"] = whole["Result"] === null ? null : JSON.stringify(whole["Result"]);
    if (cause !== undefined) whole[event.EventType === "TimerFired" ? "TimerId" : "TaskScheduledId"] = cause.id;
    if (event.EventType === "EventRaised") whole["Input"] = jsonText(event["Input"]);
    if (event.EventType === "ExecutionStarted") Object.assign(whole, startOf(event, status));
    this.#add(whole, { event, index });
  }

  #add(event: RecordedEvent, origin?: Item): void {
    const whole = toHistoryEvent({ IsPlayed: true, ...event });
    this.events.push(whole);
    if (origin !== undefined) this.origins.set(whole, origin);
  }
}

function startOf(event: RecordedEvent, status: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const instanceId = String(status["instanceId"] ?? "");
  const input = "input" in status ? JSON.stringify(status["input"]) : jsonText(event["Input"]);
  return {
    Name: event["FunctionName"] ?? event["Name"] ?? status["name"],
    Input: input,
    OrchestrationInstance: { InstanceId: instanceId, ExecutionId: "recorded" },
    ParentInstance: null,
    Version: status["version"] ?? null,
    Tags: null,
  };
}

/** A payload is returned either as its text or as the value that the text represents. */
function jsonText(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== "string") return JSON.stringify(value);
  try {
    JSON.parse(value);
    return value;
  } catch {
    return JSON.stringify(value);
  }
}

/** In ticks. */
function timeOf(value: unknown): bigint {
  if (typeof value !== "string") return 0n;
  try {
    return parseTicks(value);
  } catch {
    throw unreadable(`"${value}" is not a UTC time.`);
  }
}

import { isRecord } from "@same-kit/shared";
import { EventType, type HistoryEvent, OrchestrationStatus } from "../engine/history/events.ts";
import type { RecordedEvent } from "../testing-api.ts";
import { ReplayError } from "./errors.ts";

/** A recorded history in the engine's format. */
export type Recording = {
  instanceId: string;
  name: string;
  events: HistoryEvent[];
  /**
   * For each of `events`, the recorded event it comes from and that event's index in the recording; events that were
   * added have no entry.
   */
  origins: Map<HistoryEvent, { event: RecordedEvent; index: number }>;
};

const HOW = "Ask the management API for the instance with ?showHistory=true&showHistoryOutput=true.";

/** The members that a replay compares or follows, by event. */
const NEEDED_TEXTS: Readonly<Record<string, string>> = {
  ExecutionStarted: "Name",
  TaskScheduled: "Name",
  SubOrchestrationInstanceCreated: "Name",
  EventSent: "InstanceId",
};

/**
 * Converts names of types and statuses to their numbers.
 *
 * @throws ReplayError `ERR_RECORDING` if the event lacks a member that a replay needs.
 */
export function toHistoryEvent(event: RecordedEvent): HistoryEvent {
  requireMembers(event);
  const { OrchestrationStatus: status } = event;
  return {
    ...event,
    EventType: EventType[event.EventType as keyof typeof EventType],
    ...(typeof status === "string" ? { OrchestrationStatus: toStatus(status) } : {}),
  } as unknown as HistoryEvent;
}

function requireMembers(event: RecordedEvent): void {
  const needed = NEEDED_TEXTS[event.EventType];
  if (needed !== undefined && typeof event[needed] !== "string") throw lacks(event.EventType, needed);
  if (event.EventType !== "ExecutionStarted") return;
  const { Input: input, ParentInstance: parent } = event;
  if (typeof (input ?? "") !== "string") throw lacks(event.EventType, "Input");
  if (parent === undefined || parent === null) return;
  if (!isRecord(parent) || !isRecord(parent["OrchestrationInstance"])) throw lacks(event.EventType, "ParentInstance");
}

const lacks = (type: unknown, member: string): ReplayError =>
  unreadable(`The ${member} of an event ${String(type)} is wrong or missing.`);

function toStatus(name: string): number {
  if (!Object.hasOwn(OrchestrationStatus, name)) throw lacks("ExecutionCompleted", "OrchestrationStatus");
  return OrchestrationStatus[name as keyof typeof OrchestrationStatus];
}

export function unreadable(why: string): ReplayError {
  return new ReplayError({ code: "ERR_RECORDING", message: `The recorded history cannot be replayed. ${why} ${HOW}` });
}

import { EventType, type HistoryEvent, OrchestrationStatus } from "../engine/history/events.ts";
import type { RecordedEvent } from "../testing-api.ts";
import { ReplayError } from "./errors.ts";

/** A recorded history as the engine would have it. */
export type Recording = {
  instanceId: string;
  name: string;
  events: HistoryEvent[];
  /** The recorded event that each of `events` comes from, by its place in the recorded list; absent for those that were added. */
  origins: Map<HistoryEvent, { event: RecordedEvent; index: number }>;
};

const HOW = "Ask the management API for the instance with ?showHistory=true&showHistoryOutput=true.";

/** Names of types and statuses become their numbers. */
export function toHistoryEvent(event: RecordedEvent): HistoryEvent {
  const { OrchestrationStatus: status } = event;
  return {
    ...event,
    EventType: EventType[event.EventType as keyof typeof EventType],
    ...(typeof status === "string" ? { OrchestrationStatus: toStatus(status) } : {}),
  } as unknown as HistoryEvent;
}

const toStatus = (name: string): number => OrchestrationStatus[name as keyof typeof OrchestrationStatus];

export function unreadable(why: string): ReplayError {
  return new ReplayError({ code: "ERR_RECORDING", message: `The recorded history cannot be replayed. ${why} ${HOW}` });
}

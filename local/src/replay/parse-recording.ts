import { isRecord } from "@same-kit/shared";
import { EventType } from "../engine/history/events.ts";
import type { RecordedEvent } from "../testing-api.ts";
import { type Recording, toHistoryEvent, unreadable } from "./recording.ts";
import { wholeEvents } from "./whole-events.ts";

/**
 * Parses a response of the management API, only its events, or a history with all events.
 *
 * @throws ReplayError `ERR_RECORDING`
 */
export function parseRecording(value: unknown): Recording {
  const status = isRecord(value) && !Array.isArray(value) ? value : {};
  const list: unknown = Array.isArray(value) ? value : (status["historyEvents"] ?? status["history"]);
  if (!Array.isArray(list) || list.length === 0) throw unreadable("It holds no events.");
  const recorded = list.map(parseEvent);
  const isWhole = recorded.every((it) => typeof it["EventId"] === "number") && recorded.some(isFrame);
  const { events, origins } = isWhole ? numbered(recorded) : wholeEvents(recorded, status);
  const started = events.find((it) => it.EventType === EventType.ExecutionStarted);
  if (started === undefined) throw unreadable("It does not say how the orchestration started.");
  const instanceId = started.OrchestrationInstance?.InstanceId || textOf(status["instanceId"]) || "unknown";
  return { instanceId, name: started.Name, events, origins };
}

function parseEvent(value: unknown): RecordedEvent {
  const type = isRecord(value) ? value["EventType"] : undefined;
  const name = typeof type === "number" ? Object.entries(EventType).find(([, it]) => it === type)?.[0] : type;
  if (isRecord(value) && typeof name === "string" && Object.hasOwn(EventType, name))
    return { ...value, EventType: name };
  throw unreadable(`It holds something that is not an event: ${String(JSON.stringify(value)).slice(0, 100)}.`);
}

function numbered(recorded: readonly RecordedEvent[]): Pick<Recording, "events" | "origins"> {
  const origins: Recording["origins"] = new Map();
  const events = recorded.map((event, index) => {
    const whole = toHistoryEvent(event);
    origins.set(whole, { event, index });
    return whole;
  });
  return { events, origins };
}

const isFrame = (event: RecordedEvent): boolean => event.EventType === "OrchestratorStarted";

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

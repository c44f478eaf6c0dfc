import { isRecord } from "@same-kit/shared";
import { type EventSentEvent, EventType, type HistoryEvent } from "../engine/history/events.ts";
import { parseRequest } from "../engine/messages/entity-messages.ts";
import type { SnapshotStep } from "../testing-api.ts";
import type { StableValues } from "./stable-values.ts";

/** Numbers of the entity calls and locks in a history, by the name of the answering event. */
export function entityRequests(events: readonly HistoryEvent[]): Map<string, number> {
  return new Map(
    events.flatMap((event) => {
      const request = event.EventType === EventType.EventSent ? requestOf(event) : null;
      return request === null || request.isSignal ? [] : [[request.id, event.EventId] as const];
    }),
  );
}

/** A message to an entity, with its answer if there is one. */
export function entityStep(
  event: EventSentEvent,
  answer: HistoryEvent | undefined,
  stable: StableValues,
): SnapshotStep {
  const request = requestOf(event);
  const entity = String(stable.of(event.InstanceId));
  if (request === null) return { entity, operation: "release" };
  const operation = request.operation ?? "lock";
  const input = request.input === null ? {} : { input: stable.ofText(request.input) };
  if (request.isSignal) return { entity, operation, ...input };
  if (answer?.EventType !== EventType.EventRaised) return { entity, operation, ...input, isOpen: true };
  const response: unknown = JSON.parse(answer.Input ?? "null");
  const text = isRecord(response) && typeof response["result"] === "string" ? response["result"] : null;
  const result = stable.ofText(text);
  const isError = isRecord(response) && "exceptionType" in response;
  if (isError) return { entity, operation, ...input, failed: String(result) };
  return { entity, operation, ...input, ...(text === null ? {} : { result }) };
}

function requestOf({ Input }: EventSentEvent): ReturnType<typeof parseRequest> {
  try {
    return parseRequest(JSON.parse(Input ?? "null"));
  } catch {
    return null;
  }
}

// Calls of entities. In a history, a call is a sent event and a raised event with the same ID.

import type { HistoryItem } from "../../../local/src/inspector/api.ts";

export type EntityCall = {
  entity: string;
  /** `lock` for a lock request. */
  operation: string;
  sentAt: string;
};

/** The entity calls in a history by ID, which is also the name of the answering event. */
export function entityCalls(history: readonly HistoryItem[]): ReadonlyMap<string, EntityCall> {
  const calls = new Map<string, EntityCall>();
  for (const { type, at, instanceId: entity = "", input } of history) {
    if (type !== "EventSent" || !entity.startsWith("@")) continue;
    const { id, op, lockset } = messageIn(input);
    if (typeof id !== "string") continue;
    const operation = typeof op === "string" && op !== "" ? op : lockset === undefined ? "operation" : "lock";
    calls.set(id, { entity, operation, sentAt: at });
  }
  return calls;
}

/** What an orchestration sent to an entity: an operation, a lock, or the release of one. */
export function sentOperation({ name, input }: HistoryItem): string {
  const { op } = messageIn(input);
  return typeof op === "string" && op !== "" ? op : (name ?? "event");
}

/** Whether the entity's code threw. */
export function isFailedAnswer({ input }: HistoryItem): boolean {
  return typeof messageIn(input)["exceptionType"] === "string";
}

/** A large message is not included in the history: its call is shown as two events. */
function messageIn(input: HistoryItem["input"]): Readonly<Record<string, unknown>> {
  if (input === undefined || !("json" in input)) return {};
  return typeof input.json === "object" && input.json !== null ? { ...input.json } : {};
}

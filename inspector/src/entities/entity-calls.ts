import type { StreamEvent } from "../../../local/src/inspector/api.ts";

type Wanted = {
  /** Null: any entity. */
  instanceId: string | null;
  /** Only events after this one count; undefined: all do. */
  after: StreamEvent | undefined;
};

/** Whether a call of an entity has ended. */
export function hasEntityCall(events: readonly StreamEvent[], { instanceId, after }: Wanted): boolean {
  for (let i = events.length - 1; i >= 0 && events[i] !== after; i--) {
    const event = events[i];
    if (event?.kind !== "function-ended") continue;
    if (instanceId === null ? event.instanceId?.startsWith("@") : event.instanceId === instanceId) return true;
  }
  return false;
}

/** The id of an entity's instance; names are case-insensitive. */
export function entityInstanceId(name: string, key: string): string {
  return `@${name.toLowerCase()}@${key}`;
}

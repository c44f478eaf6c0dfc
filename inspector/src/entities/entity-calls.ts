import type { StreamEvent } from "../../../local/src/inspector/api.ts";

/** @param after - The last event that does not count; undefined: all do. */
export function hasEntityCall(events: readonly StreamEvent[], after: StreamEvent | undefined): boolean {
  for (let i = events.length - 1; i >= 0 && events[i] !== after; i--) {
    const event = events[i];
    if (event?.kind === "function-ended" && event.instanceId?.startsWith("@")) return true;
  }
  return false;
}

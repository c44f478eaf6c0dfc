import { type HostEvent, instanceOf } from "../events/host-event.ts";
import type { StreamEvent } from "./api.ts";

/** @returns null for an event that pages learn about in another way. */
export function toStreamEvent(event: HostEvent): StreamEvent | null {
  const common = { at: event.time.toISOString(), instanceId: instanceOf(event) };
  switch (event.kind) {
    case "line":
      // Every read of an instance by the inspector logs such a line.
      if (event.level === "debug") return null;
      return { ...common, kind: "line", level: event.level, source: event.source, text: event.message };
    case "function-started": {
      const { kind, functionName, invocationId } = event;
      return { ...common, kind, functionName, invocationId };
    }
    case "function-ended": {
      const { kind, functionName, invocationId, ok, durationMs, problem } = event;
      return { ...common, kind, functionName, invocationId, ok, durationMs, problem };
    }
    case "request-answered": {
      const { method, path, status, durationMs } = event;
      return { ...common, kind: "request", method, path, status, durationMs };
    }
    default:
      return null;
  }
}

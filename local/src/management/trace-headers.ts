import type { TraceContext } from "../engine/history/events.ts";
import type { WebhookRequest } from "../shared/http-message.ts";

/** The trace context of a request, for what it causes in the hub. */
export function traceContextOf({ headers }: WebhookRequest): TraceContext | null {
  const parent = headers["traceparent"];
  if (!parent) return null;
  return {
    TraceParent: parent,
    TraceState: headers["tracestate"] ?? null,
    Id: null,
    SpanId: null,
    ActivityStartTime: null,
  };
}

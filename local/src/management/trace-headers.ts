import type { TraceContext } from "../engine/history/events.ts";
import type { WebhookRequest } from "../shared/http-message.ts";

/** The span that a request comes from, for what it asks the hub to do. */
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

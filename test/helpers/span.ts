import type { Span } from "../../local/src/telemetry/span.ts";

/** A span with nothing but a name. */
export const spanNamed = (name: string): Span => ({
  context: { traceId: "1".repeat(32), spanId: "2".repeat(16), isSampled: true, traceState: null },
  parentSpanId: null,
  name,
  kind: "internal",
  startMs: 0,
  endMs: 1,
  attributes: {},
  status: { code: "unset" },
});

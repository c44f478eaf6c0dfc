// What the rest of `local/` uses of telemetry.

export { openTelemetry, type Telemetry } from "./open-telemetry.ts";
export { type Attributes, preciseNow, type Span, type SpanKind, type SpanStatus } from "./span.ts";
export {
  formatTraceParent,
  newSpanId,
  parseTraceParent,
  type SpanContext,
  spanIdOf,
} from "./trace-context.ts";
export type { TraceFiles } from "./trace-files.ts";
export type { Tracer } from "./tracer.ts";

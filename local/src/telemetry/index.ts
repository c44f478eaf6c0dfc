// The part of the telemetry code that the rest of `local/` uses.

export type { Telemetry } from "./open-telemetry.ts";
export { preciseNow } from "./precise-now.ts";
export type { Attributes, Span, SpanKind, SpanStatus } from "./span.ts";
export {
  formatTraceParent,
  newSpanId,
  parseTraceParent,
  type SpanContext,
  spanIdOf,
} from "./trace-context.ts";
export type { TraceFiles } from "./trace-files.ts";
export type { Tracer } from "./tracer.ts";

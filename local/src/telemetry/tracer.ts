import type { Sampler } from "./sampler.ts";
import type { Span } from "./span.ts";
import { newSpanId, newTraceId, type SpanContext } from "./trace-context.ts";

/** Where spans come from and go to. There is none unless host.json asks for OpenTelemetry. */
export type Tracer = {
  /** A span below `parent`, or the first of a new trace. */
  begin(parent: SpanContext | null, spanId?: string): SpanContext;
  /** Takes a span that has ended; never waits and never throws. One that is not sampled is dropped. */
  record(span: Span): void;
};

export function createTracer(sampler: Sampler, export_: (span: Span) => void): Tracer {
  return {
    begin(parent, spanId = newSpanId()) {
      const traceId = parent?.traceId ?? newTraceId();
      return { traceId, spanId, isSampled: sampler(traceId, parent), traceState: parent?.traceState ?? null };
    },
    record(span) {
      if (span.context.isSampled) export_(span);
    },
  };
}

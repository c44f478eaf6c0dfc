import type { Sampler } from "./sampler.ts";
import type { Attributes, Span } from "./span.ts";
import { newSpanId, newTraceId, type SpanContext } from "./trace-context.ts";

/** Creates and records spans. There is no tracer unless host.json enables OpenTelemetry. */
export type Tracer = {
  /** Creates a child span of `parent`, or the first span of a new trace. */
  begin(parent: SpanContext | null, spanId?: string): SpanContext;
  /** Takes a completed span; never waits and never throws. A span that is not sampled is dropped. */
  record(span: Span): void;
};

// Error texts can contain an app's whole response, thousands of spans may wait for a collector, and it accepts 4 MiB
// per request.
const MAX_TEXT = 2048;

/** @param export_ - Receives each sampled span, with its texts shortened. */
export function createTracer(sampler: Sampler, export_: (span: Span) => void): Tracer {
  return {
    begin(parent, spanId = newSpanId()) {
      const traceId = parent?.traceId ?? newTraceId();
      return { traceId, spanId, isSampled: sampler(traceId, parent), traceState: parent?.traceState ?? null };
    },
    record(span) {
      if (span.context.isSampled) export_(shortened(span));
    },
  };
}

function shortened(span: Span): Span {
  const { status, attributes } = span;
  const texts = [status.code === "error" ? status.message : "", ...Object.values(attributes)];
  if (!texts.some(isLong)) return span;
  const entries = Object.entries(attributes).map(([name, value]) => [name, isLong(value) ? cut(value) : value]);
  const message = status.code === "error" && isLong(status.message) ? { message: cut(status.message) } : {};
  return { ...span, attributes: Object.fromEntries(entries) as Attributes, status: { ...status, ...message } };
}

const isLong = (value: unknown): value is string => typeof value === "string" && value.length > MAX_TEXT;

/** Copied through bytes: a substring would keep the whole string in memory. */
const cut = (text: string): string => `${Buffer.from(text.slice(0, MAX_TEXT - 1)).toString()}…`;

import type { Sampler } from "./sampler.ts";
import type { Attributes, Span } from "./span.ts";
import { newSpanId, newTraceId, type SpanContext } from "./trace-context.ts";

/** Where spans come from and go to. There is none unless host.json asks for OpenTelemetry. */
export type Tracer = {
  /** A span below `parent`, or the first of a new trace. */
  begin(parent: SpanContext | null, spanId?: string): SpanContext;
  /** Takes a span that has ended; never waits and never throws. One that is not sampled is dropped. */
  record(span: Span): void;
};

// Errors may have an app's whole answer as their text, thousands of spans wait for a collector, and it takes 4 MiB in one request.
const MAX_TEXT = 2048;

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

/** By way of bytes: a part of a string would keep the whole in memory. */
const cut = (text: string): string => `${Buffer.from(text.slice(0, MAX_TEXT - 1)).toString()}…`;

// An ExportTraceServiceRequest in OTLP's JSON encoding: ids in hexadecimal, 64-bit numbers as text, enumerations as
// numbers.
// https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding

import type { Attributes, AttributeValue, Span, SpanKind, SpanStatus } from "./span.ts";

export const SPAN_KINDS: Readonly<Record<SpanKind, number>> = {
  internal: 1,
  server: 2,
  client: 3,
  producer: 4,
  consumer: 5,
};
export const STATUS_CODES: Readonly<Record<SpanStatus["code"], number>> = { unset: 0, ok: 1, error: 2 };

/** Name of the instrumentation scope of our spans. */
export const SCOPE_NAME = "same-kit";

export type OtlpAnyValue =
  | { stringValue: string }
  | { boolValue: boolean }
  | { intValue: string }
  | { doubleValue: number };
type OtlpAttribute = { key: string; value: OtlpAnyValue };
export type OtlpSpan = {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  traceState?: string;
  flags: number;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: OtlpAttribute[];
  status: { code?: number; message?: string };
};
export type OtlpRequest = {
  resourceSpans: {
    resource: { attributes: OtlpAttribute[] };
    scopeSpans: { scope: { name: string }; spans: OtlpSpan[] }[];
  }[];
};

/** The request body for a batch of spans, all from one resource. */
export function toOtlpRequest(spans: readonly Span[], resource: Attributes): OtlpRequest {
  const scopeSpans = [{ scope: { name: SCOPE_NAME }, spans: spans.map(toOtlpSpan) }];
  return { resourceSpans: [{ resource: { attributes: toAttributes(resource) }, scopeSpans }] };
}

/**
 * Nanoseconds since the epoch, 0 for earlier or invalid times. The precision of a double is a fraction of a
 * microsecond.
 */
export function toNanos(ms: number): bigint {
  return ms > 0 ? BigInt(Math.round(ms * 1000)) * 1000n : 0n;
}

/** W3C trace flags; whether the parent is in another process is left unspecified. */
export const flagsOf = ({ context }: Span): number => (context.isSampled ? 1 : 0);

/** The attributes that have a value. */
export function definedIn(attributes: Attributes): [string, AttributeValue][] {
  return Object.entries(attributes).filter(
    (it): it is [string, AttributeValue] => it[1] !== undefined && it[1] !== null,
  );
}

function toOtlpSpan(span: Span): OtlpSpan {
  const { context, parentSpanId, name, kind, startMs, endMs, attributes, status } = span;
  const { traceId, spanId, traceState } = context;
  return {
    traceId,
    spanId,
    ...(parentSpanId === null ? {} : { parentSpanId }),
    ...(traceState === null ? {} : { traceState }),
    flags: flagsOf(span),
    name,
    kind: SPAN_KINDS[kind],
    startTimeUnixNano: String(toNanos(startMs)),
    endTimeUnixNano: String(toNanos(endMs)),
    attributes: toAttributes(attributes),
    status: {
      ...(status.code === "unset" ? {} : { code: STATUS_CODES[status.code] }),
      ...(status.code === "error" ? { message: status.message } : {}),
    },
  };
}

function toAttributes(attributes: Attributes): OtlpAttribute[] {
  return definedIn(attributes).map(([key, value]) => ({ key, value: toAnyValue(value) }));
}

function toAnyValue(value: AttributeValue): OtlpAnyValue {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

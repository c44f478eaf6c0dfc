// The same request in Protocol Buffers, with the field numbers of opentelemetry-proto:
// collector/trace/v1/trace_service.proto, trace/v1/trace.proto, common/v1/common.proto and resource/v1/resource.proto.

import { definedIn, flagsOf, SCOPE_NAME, SPAN_KINDS, STATUS_CODES, toNanos } from "./otlp-json.ts";
import type { Attributes, AttributeValue, Span, SpanStatus } from "./span.ts";

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** The same request as {@link toOtlpRequest}, encoded in Protocol Buffers. */
export function toOtlpProtobuf(spans: readonly Span[], resource: Attributes): Buffer {
  const scope = bytes(1, text(1, SCOPE_NAME));
  const scopeSpans = bytes(2, scope, ...spans.map((span) => bytes(2, ...spanFields(span))));
  return bytes(1, bytes(1, ...attributes(1, resource)), scopeSpans);
}

function spanFields(span: Span): Buffer[] {
  const { traceId, spanId, traceState } = span.context;
  return [
    bytes(1, Buffer.from(traceId, "hex")),
    bytes(2, Buffer.from(spanId, "hex")),
    ...(traceState === null ? [] : [text(3, traceState)]),
    ...(span.parentSpanId === null ? [] : [bytes(4, Buffer.from(span.parentSpanId, "hex"))]),
    text(5, span.name),
    number(6, SPAN_KINDS[span.kind]),
    fixed64(7, toNanos(span.startMs)),
    fixed64(8, toNanos(span.endMs)),
    ...attributes(9, span.attributes),
    bytes(15, ...statusFields(span.status)),
    fixed32(16, flagsOf(span)),
  ];
}

function statusFields(status: SpanStatus): Buffer[] {
  return [...(status.code === "error" ? [text(2, status.message)] : []), number(3, STATUS_CODES[status.code])];
}

function attributes(field: number, values: Attributes): Buffer[] {
  return definedIn(values).map(([key, value]) => bytes(field, text(1, key), bytes(2, anyValue(value))));
}

function anyValue(value: AttributeValue): Buffer {
  if (typeof value === "string") return text(1, value);
  if (typeof value === "boolean") return number(2, Number(value));
  return Number.isSafeInteger(value) ? number(3, value) : double(4, value);
}

const text = (field: number, value: string): Buffer => bytes(field, Buffer.from(value, "utf8"));

function bytes(field: number, ...parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([tag(field, BYTES), varint(BigInt(length)), ...parts]);
}

/** A negative number takes ten bytes, as 64-bit two's complement. */
const number = (field: number, value: number): Buffer =>
  Buffer.concat([tag(field, VARINT), varint(BigInt.asUintN(64, BigInt(value)))]);

function fixed64(field: number, value: bigint): Buffer {
  const content = Buffer.alloc(8);
  content.writeBigUInt64LE(value);
  return Buffer.concat([tag(field, FIXED64), content]);
}

function fixed32(field: number, value: number): Buffer {
  const content = Buffer.alloc(4);
  content.writeUInt32LE(value);
  return Buffer.concat([tag(field, FIXED32), content]);
}

function double(field: number, value: number): Buffer {
  const content = Buffer.alloc(8);
  content.writeDoubleLE(value);
  return Buffer.concat([tag(field, FIXED64), content]);
}

const tag = (field: number, wireType: number): Buffer => varint(BigInt(field * 8 + wireType));

function varint(value: bigint): Buffer {
  const content: number[] = [];
  let rest = value;
  for (; rest > 0x7fn; rest >>= 7n) content.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...content, Number(rest)]);
}

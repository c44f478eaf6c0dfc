import protobuf from "protobufjs";
import { expect, test } from "vitest";
import { toOtlpRequest } from "../../../local/src/telemetry/otlp-json.ts";
import { toOtlpProtobuf } from "../../../local/src/telemetry/otlp-protobuf.ts";
import type { Span } from "../../../local/src/telemetry/span.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN: Span = {
  context: { traceId: TRACE, spanId: "b7ad6b7169203331", isSampled: true, traceState: "vendor=a" },
  parentSpanId: "00f067aa0ba902b7",
  name: "orchestration:Grüße",
  kind: "server",
  startMs: 1_782_309_600_000.25,
  endMs: 1_782_309_600_001,
  attributes: { "durabletask.type": "orchestration", count: 300, negative: -1, share: 0.5, cold: true, none: null },
  status: { code: "error", message: "It failed." },
};
const ROOT: Span = {
  ...SPAN,
  context: { ...SPAN.context, traceState: null },
  parentSpanId: null,
  kind: "internal",
  attributes: {},
  status: { code: "unset" },
};

test("JSON has hexadecimal IDs, 64-bit numbers as strings, and numeric enumerations", () => {
  const [first, root] =
    toOtlpRequest([SPAN, ROOT], { "service.name": "shop" }).resourceSpans[0]?.scopeSpans[0]?.spans ?? [];
  expect(first).toEqual({
    traceId: TRACE,
    spanId: "b7ad6b7169203331",
    parentSpanId: "00f067aa0ba902b7",
    traceState: "vendor=a",
    flags: 1,
    name: "orchestration:Grüße",
    kind: 2,
    startTimeUnixNano: "1782309600000250000",
    endTimeUnixNano: "1782309600001000000",
    attributes: [
      { key: "durabletask.type", value: { stringValue: "orchestration" } },
      { key: "count", value: { intValue: "300" } },
      { key: "negative", value: { intValue: "-1" } },
      { key: "share", value: { doubleValue: 0.5 } },
      { key: "cold", value: { boolValue: true } },
    ],
    status: { code: 2, message: "It failed." },
  });
  expect(root).toMatchObject({ kind: 1, attributes: [], status: {} });
  expect(root).not.toHaveProperty("parentSpanId");
});

// The parts of opentelemetry-proto 1 that we use.
const PROTO = `
syntax = "proto3";
message Request { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeSpans { Scope scope = 1; repeated Span spans = 2; }
message Scope { string name = 1; }
message Span {
  bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
  fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8; repeated KeyValue attributes = 9; Status status = 15;
  fixed32 flags = 16;
}
message Status { string message = 2; int32 code = 3; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; } }
`;

test("Protocol Buffers have the same content as JSON", () => {
  const type = protobuf.parse(PROTO).root.lookupType("Request");
  const message = type.decode(toOtlpProtobuf([SPAN, ROOT], { "service.name": "shop" }));
  const decoded = JSON.parse(JSON.stringify(type.toObject(message, { longs: String, defaults: false })), hexBytes);
  const expected = toOtlpRequest([SPAN, ROOT], { "service.name": "shop" });
  const [root] = expected.resourceSpans[0]?.scopeSpans[0]?.spans.slice(1) ?? [];
  // An empty list and an unset code are not written at all.
  expect(decoded.resourceSpans[0].scopeSpans[0].spans[1]).toMatchObject({ spanId: root?.spanId, status: { code: 0 } });
  expect(decoded.resourceSpans[0].scopeSpans[0].spans[0]).toEqual(expected.resourceSpans[0]?.scopeSpans[0]?.spans[0]);
  expect(decoded.resourceSpans[0].resource).toEqual(expected.resourceSpans[0]?.resource);
  expect(decoded.resourceSpans[0].scopeSpans[0].scope).toEqual({ name: "same-kit" });
});

function hexBytes(_: string, value: unknown): unknown {
  const isBytes = typeof value === "object" && value !== null && "type" in value && value.type === "Buffer";
  return isBytes ? Buffer.from((value as unknown as { data: number[] }).data).toString("hex") : value;
}

test.each([Number.NaN, -62_135_596_800_000])(
  "an invalid time of %s from another host does not break a batch",
  (startMs) => {
    const [span] = toOtlpRequest([{ ...SPAN, startMs }], {}).resourceSpans[0]?.scopeSpans[0]?.spans ?? [];
    expect(span?.startTimeUnixNano).toBe("0");
    expect(toOtlpProtobuf([{ ...SPAN, startMs }], {}).length).toBeGreaterThan(0);
  },
);

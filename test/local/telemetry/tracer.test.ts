import { expect, test } from "vitest";
import type { Span } from "../../../local/src/telemetry/span.ts";
import { createTracer } from "../../../local/src/telemetry/tracer.ts";

const SPAN: Span = {
  context: { traceId: "1".repeat(32), spanId: "2".repeat(16), isSampled: true, traceState: null },
  parentSpanId: null,
  name: "a",
  kind: "internal",
  startMs: 0,
  endMs: 1,
  attributes: { text: "short", count: 1, none: null },
  status: { code: "error", message: "It failed." },
};

function record(...spans: Span[]): Span[] {
  const recorded: Span[] = [];
  const tracer = createTracer(
    () => true,
    (span) => recorded.push(span),
  );
  for (const span of spans) tracer.record(span);
  return recorded;
}

test("a sampled span is recorded unchanged, and an unsampled one is not", () => {
  const ok: Span = { ...SPAN, status: { code: "ok" } };
  const unsampled: Span = { ...SPAN, context: { ...SPAN.context, isSampled: false } };
  expect(record(SPAN, unsampled, ok)).toEqual([SPAN, ok]);
});

test("strings are truncated, so that a batch of them fits into a request", () => {
  const long = "x".repeat(1_000_000);
  const [failed, ok] = record(
    { ...SPAN, attributes: { ...SPAN.attributes, text: long }, status: { code: "error", message: long } },
    { ...SPAN, attributes: { text: long }, status: { code: "ok" } },
  );
  const text = `${"x".repeat(2047)}…`;
  expect(failed).toEqual({
    ...SPAN,
    attributes: { text, count: 1, none: null },
    status: { code: "error", message: text },
  });
  expect(ok).toEqual({ ...SPAN, attributes: { text }, status: { code: "ok" } });
});

import type { SpanContext } from "./trace-context.ts";

export type SpanKind = "internal" | "server" | "client" | "producer" | "consumer";

export type AttributeValue = string | number | boolean;
/** Undefined and null values are left out. */
export type Attributes = Readonly<Record<string, AttributeValue | null | undefined>>;

export type SpanStatus = { code: "unset" | "ok" } | { code: "error"; message: string };

/** A completed operation, with its start and end. */
export type Span = {
  context: SpanContext;
  /** Null for the first span of a trace. */
  parentSpanId: string | null;
  name: string;
  kind: SpanKind;
  /** Milliseconds since the epoch, with fractions. */
  startMs: number;
  endMs: number;
  attributes: Attributes;
  status: SpanStatus;
};

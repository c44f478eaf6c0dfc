import type { SpanContext } from "./trace-context.ts";

export type SpanKind = "internal" | "server" | "client" | "producer" | "consumer";

export type AttributeValue = string | number | boolean;
/** What is undefined or null is left out. */
export type Attributes = Readonly<Record<string, AttributeValue | null | undefined>>;

export type SpanStatus = { code: "unset" | "ok" } | { code: "error"; message: string };

/** Something that was done, from its begin to its end. */
export type Span = {
  context: SpanContext;
  /** Null for the first of a trace. */
  parentSpanId: string | null;
  name: string;
  kind: SpanKind;
  /** In ms since 1970, with fractions. */
  startMs: number;
  endMs: number;
  attributes: Attributes;
  status: SpanStatus;
};

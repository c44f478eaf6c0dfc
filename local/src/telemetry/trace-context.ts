// Source: W3C Trace Context, level 1, https://www.w3.org/TR/trace-context/

import { createHash, randomBytes } from "node:crypto";

/** The part of a span that is propagated to what it causes. */
export type SpanContext = {
  /** 32 hexadecimal digits. */
  traceId: string;
  /** 16 hexadecimal digits. */
  spanId: string;
  isSampled: boolean;
  traceState: string | null;
};

// .NET's DistributedTraceContext drops longer values too.
const LONGEST_TRACE_STATE = 513;

/** @returns null if the text is not a `traceparent`; a later version of the format is parsed like this one. */
export function parseTraceParent(
  traceParent: string | null | undefined,
  traceState: string | null = null,
): SpanContext | null {
  const match = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(traceParent ?? "");
  const [, version, traceId = "", spanId = "", flags = "", more] = match ?? [];
  if (match === null || version === "ff" || (version === "00" && more !== undefined)) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null;
  return {
    traceId,
    spanId,
    isSampled: (Number.parseInt(flags, 16) & 1) === 1,
    traceState: checkTraceState(traceState),
  };
}

/** The W3C `traceparent` header of a span. */
export function formatTraceParent({ traceId, spanId, isSampled }: SpanContext): string {
  return `00-${traceId}-${spanId}-${isSampled ? "01" : "00"}`;
}

export const newTraceId = (): string => randomBytes(16).toString("hex");
export const newSpanId = (): string => randomBytes(8).toString("hex");

/** Derives a span id from a text: the same operation repeated, here or on another host, is the same span. */
export function spanIdOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function checkTraceState(traceState: string | null): string | null {
  if (traceState === null || traceState.trim() === "" || traceState.length > LONGEST_TRACE_STATE) return null;
  return /^[\x20-\x7e\t]+$/.test(traceState) ? traceState : null;
}

import type { TraceSpan } from "../../../local/src/inspector/api.ts";
import type { Span } from "../parts/time-span.ts";

export type SpanRow = { span: TraceSpan; depth: number };

/** Each span with its children below it; spans without a parent in this trace are at the top level. */
export function toRows(spans: readonly TraceSpan[]): SpanRow[] {
  const known = new Set(spans.map(keyOf));
  const children = new Map<string, TraceSpan[]>();
  const roots: TraceSpan[] = [];
  for (const span of [...spans].sort((a, b) => a.startMs - b.startMs)) {
    const parent = span.parentId === null ? null : `${span.traceId} ${span.parentId}`;
    if (parent === null || !known.has(parent)) roots.push(span);
    else children.set(parent, [...(children.get(parent) ?? []), span]);
  }
  return nest(roots, children);
}

/**
 * Iterative, because a chain of thousands of spans would overflow the stack. A duplicated span gets its children only
 * once.
 */
function nest(roots: readonly TraceSpan[], children: Map<string, TraceSpan[]>): SpanRow[] {
  const rows: SpanRow[] = [];
  const waiting = roots.map((span) => ({ span, depth: 0 })).reverse();
  for (let row = waiting.pop(); row !== undefined; row = waiting.pop()) {
    const { span, depth } = row;
    rows.push(row);
    const below = children.get(keyOf(span)) ?? [];
    children.delete(keyOf(span));
    waiting.push(...below.map((it) => ({ span: it, depth: depth + 1 })).reverse());
  }
  return rows;
}

/** From the earliest start to the latest end, at least one millisecond. */
export function spanOfAll(spans: readonly TraceSpan[]): Span {
  const fromMs = spans.reduce((first, { startMs }) => Math.min(first, startMs), Number.POSITIVE_INFINITY);
  const toMs = spans.reduce((last, { endMs }) => Math.max(last, endMs), fromMs);
  return { fromMs, toMs: Math.max(toMs, fromMs + 1) };
}

/** The drawing style of a span, by its subject. */
export function kindOf({
  attributes,
  kind,
}: TraceSpan): "orchestration" | "activity" | "entity" | "timer" | "message" | "function" {
  switch (attributes["durabletask.type"]) {
    case "orchestration":
      return kind === "producer" ? "message" : "orchestration";
    case "activity":
      return "activity";
    case "entity":
      return "entity";
    case "timer":
      return "timer";
    case "event":
      return "message";
    default:
      return "function";
  }
}

const keyOf = ({ traceId, id }: TraceSpan): string => `${traceId} ${id}`;

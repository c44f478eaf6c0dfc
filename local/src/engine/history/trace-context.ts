// The representation of spans in messages and histories.
// Source: Azure/durabletask, DurableTask.Core/Tracing/DistributedTraceContext.cs and TraceHelper.cs.

import { jsonTime } from "../../shared/json-time.ts";
import { formatTraceParent, parseTraceParent, type SpanContext, spanIdOf } from "../../telemetry/index.ts";
import type { ExecutionStartedEvent, TraceContext } from "./events.ts";

/** The context that is propagated to what the span causes. */
export function toTraceContext(span: SpanContext): TraceContext {
  return {
    TraceParent: formatTraceParent(span),
    TraceState: span.traceState,
    Id: null,
    SpanId: null,
    ActivityStartTime: null,
  };
}

/** The span that a message or an event comes from; null if it names none. */
export function spanIn(context: TraceContext | null | undefined): SpanContext | null {
  return context ? parseTraceParent(context.TraceParent, context.TraceState) : null;
}

/** A start with the span of its execution: all hosts, and all replays, find it in the history. */
export function withOwnSpan(started: ExecutionStartedEvent, now: string): ExecutionStartedEvent {
  const { ParentTraceContext: trace } = started;
  const parent = spanIn(trace);
  if (trace === null || parent === null || trace.SpanId !== null) return started;
  const span = { ...parent, spanId: spanIdOfExecution(started) };
  const own = { Id: formatTraceParent(span), SpanId: span.spanId, ActivityStartTime: toOffsetTime(now) };
  return { ...started, ParentTraceContext: { ...trace, ...own } };
}

/** The start of the next generation: with the same parent, but no span yet. */
export function withoutOwnSpan(trace: TraceContext | null): TraceContext | null {
  return trace && { ...trace, Id: null, SpanId: null, ActivityStartTime: null };
}

/** The span of an execution; null if its start carries no trace context. */
export function spanOfExecution(started: ExecutionStartedEvent): SpanContext | null {
  const trace = started.ParentTraceContext;
  const parent = spanIn(trace);
  return parent && { ...parent, spanId: trace?.SpanId ?? spanIdOfExecution(started) };
}

/** The span of an action of an execution, by the action's number. */
export function spanOfAction(execution: SpanContext, executionId: string, actionId: number): SpanContext {
  return { ...execution, spanId: spanIdOf(`${executionId}/${actionId}`) };
}

// Not random: an episode that is repeated because its host died before saving must send the same span.
const spanIdOfExecution = ({ OrchestrationInstance: { ExecutionId } }: ExecutionStartedEvent): string =>
  spanIdOf(ExecutionId ?? "");

/** A DateTimeOffset in Newtonsoft.Json's format. */
const toOffsetTime = (utc: string): string => jsonTime(utc).replace(/Z$/, "+00:00");

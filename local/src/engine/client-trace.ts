import { preciseNow, type SpanContext, type Tracer } from "../telemetry/index.ts";
import type { SpanShape } from "./durable-spans.ts";
import type { TraceContext } from "./history/events.ts";
import { spanIn, toTraceContext } from "./history/trace-context.ts";

/**
 * Sends a client's message in a span, which is recorded whatever the outcome.
 *
 * @param caller - The caller's span, if it sent one.
 * @param send - Receives the context for the message: the new span's, or the caller's if tracing is off.
 */
export async function sendTraced(
  tracer: Tracer | undefined,
  shape: SpanShape,
  caller: TraceContext | null,
  send: (trace: TraceContext | null) => Promise<void>,
): Promise<void> {
  if (tracer === undefined) return send(caller);
  const parent = spanIn(caller);
  const context = tracer.begin(parent);
  const startMs = preciseNow();
  const end = (problem: string | null) => tracer.record(toSpan(shape, { context, parent, startMs, problem }));
  try {
    await send(toTraceContext(context));
  } catch (error) {
    end((error as Error).message);
    throw error;
  }
  end(null);
}

function toSpan(
  shape: SpanShape,
  {
    context,
    parent,
    startMs,
    problem,
  }: { context: SpanContext; parent: SpanContext | null; startMs: number; problem: string | null },
) {
  const status = problem === null ? ({ code: "unset" } as const) : ({ code: "error", message: problem } as const);
  return { ...shape, context, parentSpanId: parent?.spanId ?? null, startMs, endMs: preciseNow(), status };
}

import {
  type Attributes,
  formatTraceParent,
  preciseNow,
  type SpanContext,
  type SpanKind,
  type Tracer,
} from "../telemetry/index.ts";
import type { WorkerInvocationResult } from "../worker/language-worker.ts";
import type { InvocationRequest } from "../worker/messages.ts";
import type { AppFunction } from "./functions/app-function.ts";
import type { InvocationCall } from "./invocation-call.ts";

/** Triggers whose calls consume a message. */
const CONSUMERS = new Set(["queuetrigger", "blobtrigger"]);

type TracedCall = InvocationCall & { ownSpan?: SpanContext | undefined; invocationId: string; isColdStart: boolean };

/** The span of one function call. */
export class InvocationSpan {
  readonly context: SpanContext;
  /** Null if the caller maintains the span. */
  readonly #tracer: Tracer | null;
  readonly #call: Pick<InvocationCall, "fn" | "parentSpan">;
  readonly #attributes: Attributes;
  readonly #startMs = preciseNow();

  constructor(tracer: Tracer, call: TracedCall) {
    const { fn, ownSpan, parentSpan } = call;
    this.#tracer = ownSpan === undefined ? tracer : null;
    this.context = ownSpan ?? tracer.begin(parentSpan ?? null);
    this.#call = call;
    this.#attributes = {
      "faas.name": fn.name,
      "faas.trigger": triggerOf(fn),
      "faas.invocation_id": call.invocationId,
      "faas.coldstart": call.isColdStart ? true : null,
    };
  }

  /** The trace context for the worker. Like the Functions host, it passes only string attributes. */
  get traceContext(): NonNullable<InvocationRequest["traceContext"]> {
    const texts = Object.entries(this.#attributes).filter((it): it is [string, string] => typeof it[1] === "string");
    return {
      traceParent: formatTraceParent(this.context),
      traceState: this.context.traceState ?? "",
      attributes: Object.fromEntries(texts),
    };
  }

  end(result: WorkerInvocationResult): void {
    const { fn, parentSpan } = this.#call;
    this.#tracer?.record({
      context: this.context,
      parentSpanId: parentSpan?.spanId ?? null,
      name: fn.name,
      kind: kindOf(fn),
      startMs: this.#startMs,
      endMs: preciseNow(),
      attributes: this.#attributes,
      status: result.status === "success" ? { code: "unset" } : { code: "error", message: problemOf(result) },
    });
  }
}

/** @see Azure/azure-functions-host, OpenTelemetryConstants.cs, ResolveTriggerType */
function triggerOf({ trigger }: AppFunction): string | null {
  const type = trigger?.type ?? null;
  return type?.toLowerCase() === "httptrigger" ? "http" : type;
}

function kindOf({ trigger }: AppFunction): SpanKind {
  return CONSUMERS.has(trigger?.type.toLowerCase() ?? "") ? "consumer" : "internal";
}

function problemOf(result: Exclude<WorkerInvocationResult, { status: "success" }>): string {
  return result.status === "failure" ? result.exception.message : result.reason;
}

import { preciseNow, type SpanContext, type Tracer } from "../../telemetry/index.ts";
import { activitySpan } from "../durable-spans.ts";
import type { TaskScheduledEvent } from "../history/events.ts";
import { spanIn } from "../history/trace-context.ts";
import type { ActivityOutcome } from "../ports.ts";

/**
 * One run of an activity in a trace. An activity that is rerun because its host died gets another span below the same
 * call.
 */
export class ActivityTrace {
  readonly context: SpanContext;
  readonly #parent: SpanContext;
  readonly #startMs = preciseNow();
  readonly #event: TaskScheduledEvent;
  readonly #instanceId: string;
  readonly #tracer: Tracer;

  private constructor(parent: SpanContext, event: TaskScheduledEvent, instanceId: string, tracer: Tracer) {
    this.context = tracer.begin(parent);
    this.#parent = parent;
    this.#event = event;
    this.#instanceId = instanceId;
    this.#tracer = tracer;
  }

  /** @returns null if tracing is off, or the call carries no trace context. */
  static begin(event: TaskScheduledEvent, instanceId: string, tracer: Tracer | undefined): ActivityTrace | null {
    const parent = spanIn(event.ParentTraceContext);
    return tracer === undefined || parent === null ? null : new ActivityTrace(parent, event, instanceId, tracer);
  }

  end(outcome: ActivityOutcome): void {
    const { Name: name, Version: version, EventId: taskId } = this.#event;
    this.#tracer.record({
      ...activitySpan({ name, version, instanceId: this.#instanceId, taskId }),
      context: this.context,
      parentSpanId: this.#parent.spanId,
      startMs: this.#startMs,
      endMs: preciseNow(),
      status: outcome.kind === "completed" ? { code: "unset" } : { code: "error", message: outcome.reason },
    });
  }
}

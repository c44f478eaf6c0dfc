import { preciseNow, type Span, type SpanContext, type SpanStatus, type Tracer } from "../../telemetry/index.ts";
import { entityOperationSpan, entityRequestSpan } from "../durable-spans.ts";
import type { TraceContext } from "../history/events.ts";
import { spanIn, toTraceContext } from "../history/trace-context.ts";
import { type EntityId, toInstanceId } from "../messages/entity-id.ts";
import type { EntityRequest, EntityResponse } from "../messages/entity-messages.ts";
import type { EntitySignal } from "./entity-batch.ts";

/** The spans of an entity's episode: its operations, and the signals they send. */
export class EntityTrace {
  readonly spans: Span[] = [];
  readonly #entity: EntityId;
  readonly #tracer: Tracer | undefined;
  #operations: { request: EntityRequest; parent: SpanContext; context: SpanContext }[] = [];
  #startMs = 0;

  constructor(entity: EntityId, tracer: Tracer | undefined) {
    this.#entity = { ...entity, name: entity.name.toLowerCase() };
    this.#tracer = tracer;
  }

  /** An operation without a parent is in no trace. */
  begin(requests: readonly EntityRequest[]): void {
    const tracer = this.#tracer;
    if (tracer === undefined) return;
    this.#startMs = preciseNow();
    this.#operations = requests.flatMap((request) => {
      const parent = spanIn(request.trace);
      return parent === null ? [] : [{ request, parent, context: tracer.begin(parent) }];
    });
  }

  /** One call executes a whole batch, so it runs in the span of the first operation that has one. */
  get callSpan(): { span?: SpanContext } {
    const [first] = this.#operations;
    return first === undefined ? {} : { span: first.context };
  }

  end(responses: ReadonlyMap<EntityRequest, EntityResponse>): void {
    const endMs = preciseNow();
    for (const { request, parent, context } of this.#operations) {
      const { operation, isSignal } = request;
      const response = responses.get(request);
      const problem = response?.isError === true ? (response.result ?? "It failed.") : null;
      const { name: entity } = this.#entity;
      const instanceId = toInstanceId(this.#entity);
      const status: SpanStatus = problem === null ? { code: "ok" } : { code: "error", message: problem };
      const shape = entityOperationSpan({ entity, operation: operation ?? "", isSignal, instanceId, problem });
      this.spans.push({ ...shape, context, parentSpanId: parent.spanId, startMs: this.#startMs, endMs, status });
    }
  }

  readonly signal = (target: string, { target: { name }, operation }: EntitySignal): TraceContext | null => {
    const { span: parent } = this.callSpan;
    if (this.#tracer === undefined || parent === undefined) return null;
    const context = this.#tracer.begin(parent);
    const sender = toInstanceId(this.#entity);
    const entity = name.toLowerCase();
    const shape = entityRequestSpan({ entity, operation, isSignal: true, target, sender, due: null });
    const now = preciseNow();
    const times = { startMs: now, endMs: now };
    this.spans.push({ ...shape, ...times, context, parentSpanId: parent.spanId, status: { code: "unset" } });
    return toTraceContext(context);
  };
}

// The spans that an episode completes: answers to the orchestration, messages it sends, and its end.
// Source: Azure/durabletask, DurableTask.Core/TaskOrchestrationDispatcher.cs, ReconcileMessagesWithState.

import type { Span, SpanContext, SpanStatus } from "../../../telemetry/index.ts";
import {
  activityCallSpan,
  childCallSpan,
  entityRequestSpan,
  orchestrationSpan,
  type SpanShape,
  timerSpan,
} from "../../durable-spans.ts";
import { type EventSentEvent, EventType, type HistoryEvent } from "../../history/events.ts";
import { spanIn, spanOfAction } from "../../history/trace-context.ts";
import { parseEntityInstanceId } from "../../messages/entity-id.ts";
import { type EntityRequest, failureIn, parseJson, parseRequest } from "../../messages/entity-messages.ts";
import type { Execution, Scheduled } from "../replay/execution.ts";
import type { Verdict } from "../verdict.ts";

type End = NonNullable<Extract<Verdict, { kind: "decided" }>["end"]>;

type TracedEpisode = {
  execution: Execution;
  /** Arrived in this episode. */
  arrived: readonly HistoryEvent[];
  scheduled: readonly Scheduled[];
  end: End | null;
};

const UNSET: SpanStatus = { code: "unset" };
const OK: SpanStatus = { code: "ok" };
const failed = (message: string | null): SpanStatus => ({ code: "error", message: message || "It failed." });

/** Returns no spans for an execution without a trace. @param now - UTC text. */
export function orchestrationSpans(episode: TracedEpisode, now: string): Span[] {
  const { execution, arrived, scheduled, end } = episode;
  if (execution.span === null) return [];
  const actions = new Map(execution.events.filter(({ EventId }) => EventId >= 0).map((it) => [it.EventId, it]));
  const within = { execution, span: execution.span, actions, endMs: Date.parse(now) };
  const spans = [
    ...arrived.map((event) => answerSpan(event, within)),
    ...scheduled.map(({ event }) => signalSpan(event, within)),
  ];
  return [...spans.filter((it) => it !== null), ...(end === null ? [] : [endSpan(end, within)])];
}

type Within = {
  execution: Execution;
  span: SpanContext;
  /** Its actions by number. */
  actions: ReadonlyMap<number, HistoryEvent>;
  endMs: number;
};

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** From an action of the orchestration to its answer. */
function answerSpan(event: HistoryEvent, within: Within): Span | null {
  switch (event.EventType) {
    case EventType.TaskCompleted:
      return activityCall(event.TaskScheduledId, UNSET, within);
    case EventType.TaskFailed:
      return activityCall(event.TaskScheduledId, failed(event.Reason), within);
    case EventType.SubOrchestrationInstanceCompleted:
      return childCall(event.TaskScheduledId, UNSET, within);
    case EventType.SubOrchestrationInstanceFailed:
      return childCall(event.TaskScheduledId, failed(event.Reason), within);
    case EventType.TimerFired:
      return timer(event.TimerId, event.FireAt, within);
    case EventType.EventRaised:
      return entityCall(event.Name, event.Input, within);
    default:
      return null;
  }
}

function activityCall(taskId: number, status: SpanStatus, within: Within): Span | null {
  const cause = within.actions.get(taskId);
  if (cause?.EventType !== EventType.TaskScheduled) return null;
  const { Name: name, Version: version, ParentTraceContext: trace, Timestamp } = cause;
  const shape = activityCallSpan({ name, version, instanceId: within.execution.instanceId, taskId });
  // It was scheduled by a host that does not trace: it has no children.
  const own = spanIn(trace);
  return own === null ? null : spanOf(shape, own, { status, since: Timestamp, within });
}

function childCall(actionId: number, status: SpanStatus, within: Within): Span | null {
  const { instanceId, executionId } = within.execution;
  const cause = within.actions.get(actionId);
  if (cause?.EventType !== EventType.SubOrchestrationInstanceCreated) return null;
  const { Name: name, Version: version, ClientSpanId: spanId, Timestamp } = cause;
  const own = spanOfAction(within.span, executionId, actionId);
  const context = spanId === null ? own : { ...own, spanId };
  return spanOf(childCallSpan({ name, version, instanceId }), context, { status, since: Timestamp, within });
}

function timer(timerId: number, fireAt: string, within: Within): Span | null {
  const { instanceId, executionId, started } = within.execution;
  const cause = within.actions.get(timerId);
  if (cause === undefined) return null;
  const shape = timerSpan({ name: started.Name, instanceId, timerId, fireAt });
  const own = spanOfAction(within.span, executionId, timerId);
  return spanOf(shape, own, { status: UNSET, since: cause.Timestamp, within });
}

/** The name of an entity's answer is the request's id; other events have no cause here. */
function entityCall(requestId: string, answer: string | null, within: Within): Span | null {
  if (!GUID.test(requestId)) return null;
  for (const event of within.actions.values()) {
    if (event.EventType !== EventType.EventSent || event.Input?.includes(requestId) !== true) continue;
    const request = requestIn(event);
    if (request?.id !== requestId || request.operation === null) continue;
    const problem = failureIn(answer);
    return entityRequest(event, request, { status: problem === null ? UNSET : failed(problem), within });
  }
  return null;
}

/** A signal is not answered: its span only covers sending it. */
function signalSpan(event: HistoryEvent, within: Within): Span | null {
  if (event.EventType !== EventType.EventSent) return null;
  const request = requestIn(event);
  if (request === null || !request.isSignal) return null;
  return entityRequest(event, request, { status: UNSET, within });
}

function entityRequest(
  { EventId, InstanceId: target, Timestamp: since }: EventSentEvent,
  { operation, isSignal, due }: EntityRequest,
  { status, within }: { status: SpanStatus; within: Within },
): Span {
  const entity = parseEntityInstanceId(target)?.name ?? target;
  const shape = entityRequestSpan({ entity, operation: operation ?? "", isSignal, target, due });
  return spanOf(shape, spanOfAction(within.span, within.execution.executionId, EventId), { status, since, within });
}

function endSpan(end: End, within: Within): Span {
  const { execution, span } = within;
  const { instanceId, started } = execution;
  const { status, runtimeStatus } = outcomeOf(end);
  const shape = orchestrationSpan({ name: started.Name, version: started.Version, instanceId, status: runtimeStatus });
  const trace = started.ParentTraceContext;
  const since = trace?.ActivityStartTime ?? started.Timestamp;
  return {
    ...spanOf(shape, span, { status, since, within }),
    parentSpanId: spanIn(trace)?.spanId ?? null,
  };
}

function outcomeOf(end: End): { status: SpanStatus; runtimeStatus: string } {
  switch (end.kind) {
    case "completed":
      return { status: OK, runtimeStatus: "Completed" };
    case "continued-as-new":
      return { status: OK, runtimeStatus: "ContinuedAsNew" };
    case "terminated":
      return { status: failed("Terminated"), runtimeStatus: "Terminated" };
    case "failed":
      return { status: failed(end.failureDetails?.ErrorMessage ?? end.result), runtimeStatus: "Failed" };
  }
}

/** A child span of the orchestration's span. */
function spanOf(
  shape: SpanShape,
  context: SpanContext,
  { status, since, within }: { status: SpanStatus; since: string; within: Within },
): Span {
  const startMs = Math.min(Date.parse(since), within.endMs);
  return { ...shape, context, parentSpanId: within.span.spanId, startMs, endMs: within.endMs, status };
}

const requestIn = ({ Input }: EventSentEvent): EntityRequest | null => parseRequest(parseJson(Input ?? ""));

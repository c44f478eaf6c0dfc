import type { Clock } from "@same-kit/shared";
import type { SpanContext } from "../../../telemetry/index.ts";
import { EventType, type ExecutionStartedEvent, type HistoryEvent, type TraceContext } from "../../history/events.ts";
import { spanOfAction, toTraceContext } from "../../history/trace-context.ts";
import type { Outgoing, OutgoingMessage } from "../../messages/message-data.ts";

/** One generation of an instance during an episode. */
export type Execution = {
  instanceId: string;
  executionId: string;
  started: ExecutionStartedEvent;
  /** Persisted and new events; grows during the episode. */
  events: HistoryEvent[];
  /** Its own span; null if tracing is off, or its start carries no trace context. */
  span: SpanContext | null;
};

/** The result of one new decision: a fact in history, and the message that makes it happen. */
export type Scheduled = {
  event: HistoryEvent;
  outgoing: Outgoing;
  /** The URL that a `callHttp` polls with it. */
  pollsAt?: string;
};

/** The members that every event created by the engine has in common. */
export function eventBase(clock: Clock, eventId = -1): { EventId: number; IsPlayed: boolean; Timestamp: string } {
  return { EventId: eventId, IsPlayed: false, Timestamp: clock.nowTicks() };
}

/**
 * The trace context in the message of an action. Without a span of its own, an execution passes on the context it
 * received.
 */
export function traceOfAction({ span, executionId, started }: Execution, actionId: number): TraceContext | null {
  return span === null ? started.ParentTraceContext : toTraceContext(spanOfAction(span, executionId, actionId));
}

/** A message from this execution to `target`. */
export function messageFrom(
  execution: Execution,
  event: HistoryEvent,
  target: { InstanceId: string; ExecutionId: string | null },
  carriesTags = false,
): OutgoingMessage {
  const { instanceId, executionId, events, started } = execution;
  return {
    taskMessage: {
      Event: event,
      SequenceNumber: 0,
      OrchestrationInstance: target,
      OrchestrationExecutionContext: carriesTags ? { OrchestrationTags: started.Tags ?? {} } : null,
    },
    sender: { InstanceId: instanceId, ExecutionId: executionId },
    episode: events.filter((it) => it.EventType === EventType.OrchestratorStarted).length,
  };
}

/** A message of this execution to itself; a later generation must not receive it. */
export function messageToSelf(execution: Execution, event: HistoryEvent, visibleAt?: string): Outgoing {
  const target = { InstanceId: execution.instanceId, ExecutionId: execution.executionId };
  const message = messageFrom(execution, event, target);
  return { route: "own-control", message, ...(visibleAt === undefined ? {} : { visibleAt }) };
}

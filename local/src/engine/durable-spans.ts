// Names, kinds and attributes of the spans of Durable Functions.
// Source: Azure/durabletask, DurableTask.Core/Tracing/TraceHelper.cs, Schema.cs and TraceActivityConstants.cs.

import type { Attributes, SpanKind } from "../telemetry/index.ts";

/** Name, kind and attributes of a span. */
export type SpanShape = { name: string; kind: SpanKind; attributes: Attributes };

type Named = { name: string; version: string | null; instanceId: string };

/** A client starts an orchestration. */
export function startSpan(it: Named & { executionId: string }): SpanShape {
  const attributes = { ...taskAttributes("orchestration", it), "durabletask.task.execution_id": it.executionId };
  return { name: named("create_orchestration", it), kind: "producer", attributes };
}

/** An orchestration, from its first episode to its end. */
export function orchestrationSpan(it: Named & { status: string }): SpanShape {
  const attributes = {
    ...taskAttributes("orchestration", it),
    "durabletask.task.status": it.status,
    ...functionAttributes(it.name, "orchestrationTrigger"),
  };
  return { name: named("orchestration", it), kind: "server", attributes };
}

/** From the call of a child to its answer. @param it - `instanceId` is the caller's. */
export function childCallSpan(it: Named): SpanShape {
  return { name: named("orchestration", it), kind: "client", attributes: taskAttributes("orchestration", it) };
}

/** From the call of an activity to its answer. */
export function activityCallSpan(it: Named & { taskId: number }): SpanShape {
  const attributes = { ...taskAttributes("activity", it), "durabletask.task.task_id": it.taskId };
  return { name: named("activity", it), kind: "client", attributes };
}

/** One run of an activity. */
export function activitySpan(it: Named & { taskId: number }): SpanShape {
  const call = activityCallSpan(it);
  return {
    ...call,
    kind: "server",
    attributes: { ...call.attributes, ...functionAttributes(it.name, "activityTrigger") },
  };
}

/** @param it - `name` is the orchestration's. */
export function timerSpan(it: { name: string; instanceId: string; timerId: number; fireAt: string }): SpanShape {
  return {
    name: `orchestration:${it.name}:timer`,
    kind: "internal",
    attributes: {
      ...taskAttributes("timer", { ...it, version: null }),
      "durabletask.fire_at": it.fireAt,
      "durabletask.task.task_id": it.timerId,
    },
  };
}

/** A client raises an event. */
export function eventSpan(eventName: string, targetInstanceId: string): SpanShape {
  return {
    name: `orchestration_event:${eventName}`,
    kind: "producer",
    attributes: {
      "durabletask.type": "event",
      "durabletask.task.name": eventName,
      "durabletask.event.target_instance_id": targetInstanceId,
    },
  };
}

type EntityOperation = { entity: string; operation: string; isSignal: boolean };

/** An operation requested of an entity. @param it - `sender` is the requesting entity, if it is one. */
export function entityRequestSpan(
  it: EntityOperation & { target: string; sender?: string; due: string | null },
): SpanShape {
  return {
    ...entityShape(it, it.isSignal ? "producer" : "client"),
    attributes: {
      ...entityAttributes(it),
      "durabletask.event.target_instance_id": it.target,
      "durabletask.task.instance_id": it.sender,
      "durabletask.task.scheduled_time": it.due,
    },
  };
}

/** An operation while the entity executes it. */
export function entityOperationSpan(it: EntityOperation & { instanceId: string; problem: string | null }): SpanShape {
  return {
    ...entityShape(it, it.isSignal ? "consumer" : "server"),
    attributes: {
      ...entityAttributes(it),
      "durabletask.task.instance_id": it.instanceId,
      "durabletask.entity.error_message": it.problem,
      ...functionAttributes(it.entity, "entityTrigger"),
    },
  };
}

function entityShape({ entity, operation }: EntityOperation, kind: SpanKind): { name: string; kind: SpanKind } {
  return { name: `entity:${entity}:${operation}`, kind };
}

const entityAttributes = ({ isSignal }: EntityOperation): Attributes => ({
  "durabletask.type": "entity",
  "durabletask.task.operation": isSignal ? "signal_entity" : "call_entity",
});

function taskAttributes(type: string, { name, version, instanceId }: Named): Attributes {
  return {
    "durabletask.type": type,
    "durabletask.task.name": name,
    "durabletask.task.version": version || null,
    "durabletask.task.instance_id": instanceId,
  };
}

/** The Functions host adds these attributes to the span of a function call. */
const functionAttributes = (name: string, trigger: string): Attributes => ({
  "faas.name": name,
  "faas.trigger": trigger,
});

const named = (what: string, { name, version }: Pick<Named, "name" | "version">): string =>
  version ? `${what}:${name}@(${version})` : `${what}:${name}`;

import type { Clock } from "@same-kit/shared";
import { newGuidN } from "../../../shared/ids.ts";
import { EventType, type HistoryEvent, type Tags } from "../../history/events.ts";
import { spanOfAction } from "../../history/trace-context.ts";
import { findInstanceIdProblem } from "../../taskhub/names.ts";
import type { EpisodeSettings } from "../episode-types.ts";
import type { ActivityAction, SubOrchestrationAction } from "./action.ts";
import type { Decision } from "./decision.ts";
import { type Execution, eventBase, messageFrom, messageToSelf, type Scheduled, traceOfAction } from "./execution.ts";
import { ReplayFailure } from "./replay-failure.ts";
import type { TaskFailure } from "./replay-task.ts";
import { type EntityDeps, scheduleEntityMessage } from "./schedule-entity-message.ts";

type SchedulingDeps = EntityDeps & {
  settings: Pick<EpisodeSettings, "defaultVersion" | "storeInputsInOrchestrationHistory">;
};

/** Tag of an orchestration whose end no one waits for; not inherited. */
export const FIRE_AND_FORGET_TAG = "FireAndForget";

/** @throws ReplayFailure for a child instance id that cannot be used. */
export function scheduleDecision(decision: Decision, execution: Execution, deps: SchedulingDeps): Scheduled {
  switch (decision.kind) {
    case "timer":
      return timer(decision.id, decision.fireAt, execution, deps);
    case "activity":
      return activity(decision.id, decision.action, decision.knownFailure, execution, deps);
    case "sub-orchestration":
      return subOrchestration(decision.id, decision.action, decision.knownFailure, execution, deps);
    case "entity-call":
    case "entity-signal":
    case "entity-lock":
    case "entity-release":
      return scheduleEntityMessage(decision, execution, deps);
  }
}

/** The message is sent to this instance's own queue right away, hidden until the timer is due. */
function timer(id: number, fireAt: string, execution: Execution, { clock }: SchedulingDeps): Scheduled {
  const event = { ...eventBase(clock, id), EventType: EventType.TimerCreated, FireAt: fireAt };
  const fired = { ...event, EventId: -1, EventType: EventType.TimerFired, TimerId: id };
  return { event, outgoing: messageToSelf(execution, fired, fireAt) };
}

function activity(
  id: number,
  action: ActivityAction,
  knownFailure: TaskFailure | null,
  execution: Execution,
  { clock, settings }: SchedulingDeps,
): Scheduled {
  const call = {
    ...eventBase(clock, id),
    EventType: EventType.TaskScheduled,
    Name: action.name,
    Version: "",
    // An activity takes a list of arguments; from Node there is always exactly one.
    Input: JSON.stringify([action.input ?? null]),
    ParentTraceContext: traceOfAction(execution, id),
    Tags: null,
  };
  const event = settings.storeInputsInOrchestrationHistory ? call : { ...call, Input: null };
  if (knownFailure !== null) {
    const failed = { ...eventBase(clock), EventType: EventType.TaskFailed, TaskScheduledId: id };
    return { event, outgoing: messageToSelf(execution, { ...failed, ...onlyFailure(knownFailure) }) };
  }
  const target = { InstanceId: execution.instanceId, ExecutionId: execution.executionId };
  const outgoing = { route: "work-items" as const, message: messageFrom(execution, call, target, true) };
  return { event, outgoing, ...(action.pollsAt !== undefined && { pollsAt: action.pollsAt }) };
}

function subOrchestration(
  id: number,
  action: SubOrchestrationAction,
  knownFailure: TaskFailure | null,
  execution: Execution,
  { clock, settings }: SchedulingDeps,
): Scheduled {
  const child = {
    InstanceId: childInstanceId(id, action, execution),
    Name: action.name,
    Version: action.version ?? settings.defaultVersion,
    Input: action.input === undefined ? null : JSON.stringify(action.input),
  };
  const event = {
    ...eventBase(clock, id),
    EventType: EventType.SubOrchestrationInstanceCreated,
    ...child,
    Input: settings.storeInputsInOrchestrationHistory ? child.Input : null,
    ClientSpanId: execution.span && spanOfAction(execution.span, execution.executionId, id).spanId,
    Tags: null,
  };
  if (knownFailure !== null) {
    const failed = { ...eventBase(clock), EventType: EventType.SubOrchestrationInstanceFailed, TaskScheduledId: id };
    return { event, outgoing: messageToSelf(execution, { ...failed, ...onlyFailure(knownFailure) }) };
  }
  const target = { InstanceId: child.InstanceId, ExecutionId: newGuidN() };
  const started = startOfChild(id, child, target, execution, clock);
  return { event, outgoing: { route: "control", message: messageFrom(execution, started, target, true) } };
}

function startOfChild(
  id: number,
  { Name, Version, Input }: { Name: string; Version: string | null; Input: string | null },
  target: { InstanceId: string; ExecutionId: string },
  execution: Execution,
  clock: Clock,
): HistoryEvent {
  const { instanceId, executionId, started } = execution;
  return {
    OrchestrationInstance: target,
    EventType: EventType.ExecutionStarted,
    ParentInstance: {
      Name: started.Name,
      OrchestrationInstance: { InstanceId: instanceId, ExecutionId: executionId },
      TaskScheduleId: id,
      Version: started.Version,
    },
    Name,
    Version,
    Input,
    Tags: inheritedTags(started.Tags),
    Correlation: null,
    ParentTraceContext: traceOfAction(execution, id),
    ScheduledStartTime: null,
    Generation: null,
    GenerateNewTrace: false,
    ...eventBase(clock),
  };
}

function childInstanceId(id: number, { instanceId }: SubOrchestrationAction, execution: Execution): string {
  if (instanceId === null) return `${execution.executionId}:${id}`;
  const parentId = execution.started.ParentInstance?.OrchestrationInstance.InstanceId;
  const isOwn = [execution.instanceId, parentId].some((it) => it?.toLowerCase() === instanceId.toLowerCase());
  if (isOwn) {
    throw new ReplayFailure(
      `A sub-orchestration cannot have the instance id of its parent or grandparent: '${instanceId}'.`,
    );
  }
  if (instanceId.startsWith("@")) {
    throw new ReplayFailure(`A sub-orchestration's instance id must not start with '@': '${instanceId}'.`);
  }
  // The storage would reject the message again and again, and the parent would never be notified.
  const problem = findInstanceIdProblem(instanceId);
  if (problem !== null) throw new ReplayFailure(`A sub-orchestration cannot have this instance id. ${problem}`);
  return instanceId;
}

function inheritedTags(tags: Tags | null): Tags | null {
  if (tags === null) return null;
  const { [FIRE_AND_FORGET_TAG]: _, ...inherited } = tags;
  return inherited;
}

function onlyFailure({ Reason, Details, FailureDetails }: TaskFailure): TaskFailure {
  return { Reason, Details, FailureDetails };
}

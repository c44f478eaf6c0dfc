// How an execution ends: its last event, and the message to its parent. The texts are those of the Durable Functions
// extension for out-of-process languages (OutOfProcOrchestrationShim.cs, TaskOrchestrationShim.cs), because apps match
// on them.

import type { Clock } from "@same-kit/shared";
import {
  EventType,
  type FailureDetails,
  type HistoryEvent,
  OrchestrationStatus,
  type OrchestrationStatusNumber,
} from "../../history/events.ts";
import type { Outgoing } from "../../messages/message-data.ts";
import { serializedException } from "../../serialized-exception.ts";
import { type Execution, eventBase, messageFrom } from "./execution.ts";
import type { ReplayFailure } from "./replay-failure.ts";
import { FIRE_AND_FORGET_TAG } from "./schedule-decision.ts";

/** How an execution ends. `result` is JSON text, null for none. */
export type OrchestrationEnd =
  | { kind: "completed"; result: string | null }
  | { kind: "terminated"; reason: string | null }
  | {
      kind: "failed";
      /** What the instance shows as its output, unless there are `failureDetails`. */
      result: string | null;
      /** Additional details for the parent; the SDK requires a text here. */
      parentDetails: string | null;
      failureDetails: FailureDetails | null;
    };
type FailedEnd = Extract<OrchestrationEnd, { kind: "failed" }>;

export const VERSION_MISMATCH: FailedEnd = {
  kind: "failed",
  result: null,
  parentDetails: null,
  failureDetails: {
    ErrorType: "VersionMismatch",
    ErrorMessage: "Orchestration version did not comply with Worker Versioning",
    StackTrace: null,
    InnerFailure: null,
    IsNonRetriable: true,
    Properties: null,
  },
};

/** User code returned; `output` is stored as JSON text, null for none. */
export function completedEnd(output: unknown): OrchestrationEnd {
  return { kind: "completed", result: output === undefined || output === null ? null : JSON.stringify(output) };
}

/** User code threw, or scheduled something impossible. */
export function failedEnd(name: string, error: string, failureDetails: FailureDetails | null = null): FailedEnd {
  const result = `Orchestrator function '${name}' failed: ${error}`;
  return { kind: "failed", result, parentDetails: `Message: ${error}, StackTrace: `, failureDetails };
}

/** The function cannot be called at all. */
export function unknownFunctionEnd(text: string): FailedEnd {
  return { kind: "failed", result: text, parentDetails: text, failureDetails: null };
}

/** The call failed outside the SDK's own error handling. */
export function crashedEnd(name: string, message: string, stack: string | null): FailedEnd {
  const text = `One or more errors occurred. (Result: Failure\nException: ${message}\nStack: ${stack ?? ""})`;
  const result = `Orchestrator function '${name}' failed: ${text}`;
  return { kind: "failed", result, parentDetails: serializedException(text, message, stack), failureDetails: null };
}

/** The replay found the orchestration itself at fault. */
export function replayFailureEnd(name: string, failure: ReplayFailure): FailedEnd {
  if (failure.kind === "action") return failedEnd(name, failure.message);
  const result = `Non-Deterministic workflow detected: ${failure.message}`;
  const parentDetails = `Unhandled exception while executing orchestration: ${failure.message}`;
  return { kind: "failed", result, parentDetails, failureDetails: null };
}

/** The event that ends the history, and the message to the parent if one is waiting. */
export function endEvents(
  end: OrchestrationEnd,
  eventId: number,
  execution: Execution,
  clock: Clock,
): { event: HistoryEvent; outgoing: Outgoing[] } {
  const event = {
    ...eventBase(clock, eventId),
    EventType: EventType.ExecutionCompleted,
    OrchestrationStatus: statusOf(end),
    Result: end.kind === "terminated" ? end.reason : end.result,
    FailureDetails: end.kind === "failed" ? end.failureDetails : null,
  };
  const parent = execution.started.ParentInstance;
  const isAwaited = parent !== null && execution.started.Tags?.[FIRE_AND_FORGET_TAG] === undefined;
  if (!isAwaited) return { event, outgoing: [] };
  const news = newsForParent(end, parent.TaskScheduleId, clock);
  return {
    event,
    outgoing: [{ route: "control", message: messageFrom(execution, news, parent.OrchestrationInstance) }],
  };
}

function newsForParent(end: OrchestrationEnd, taskScheduledId: number, clock: Clock): HistoryEvent {
  const base = { ...eventBase(clock), TaskScheduledId: taskScheduledId };
  const failed = { ...base, EventType: EventType.SubOrchestrationInstanceFailed };
  switch (end.kind) {
    case "completed":
      return { ...base, EventType: EventType.SubOrchestrationInstanceCompleted, Result: end.result };
    case "terminated":
      // The SDK can only construct an error from two texts; with null, the parent's episode would fail outside its
      // try/catch.
      return { ...failed, Reason: end.reason ?? "", Details: "", FailureDetails: null };
    case "failed":
      return { ...failed, Reason: end.result, Details: end.parentDetails, FailureDetails: end.failureDetails };
  }
}

function statusOf(end: OrchestrationEnd): OrchestrationStatusNumber {
  switch (end.kind) {
    case "completed":
      return OrchestrationStatus.Completed;
    case "terminated":
      return OrchestrationStatus.Terminated;
    case "failed":
      return OrchestrationStatus.Failed;
  }
}

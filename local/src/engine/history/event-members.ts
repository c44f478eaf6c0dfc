// The members of every event in .NET's serialization order, with their types in a table row.
// Source: Azure/durabletask, DurableTask.Core/History/*.cs.

import { EventType, type EventTypeName, type EventTypeNumber } from "./events.ts";

/** `json`: an object, stored in rows as JSON text without `$type`; null is stored as the text `null`. */
export type MemberKind = "string" | "int" | "bool" | "dateTime" | "status" | "json";

type EventMembers = {
  /** The type's name on the wire is `DurableTask.Core.History.` followed by this. */
  className: string;
  /** Written before `EventType`: in .NET's order, fields precede properties. */
  fields: Readonly<Record<string, MemberKind>>;
  properties: Readonly<Record<string, MemberKind>>;
};

const failure = { TaskScheduledId: "int", Reason: "string", Details: "string", FailureDetails: "json" } as const;
const reply = { TaskScheduledId: "int", Result: "string" } as const;
const none = {} as const;

function members(
  className: string,
  properties: Readonly<Record<string, MemberKind>>,
  fields: Readonly<Record<string, MemberKind>> = none,
): EventMembers {
  return { className: `${className}Event`, fields, properties };
}

/** Events that this backend never stores or sends have no entry. */
export const EVENT_MEMBERS: Partial<Record<EventTypeName, EventMembers>> = {
  ExecutionStarted: members(
    "ExecutionStarted",
    {
      ParentInstance: "json",
      Name: "string",
      Version: "string",
      Input: "string",
      Tags: "json",
      Correlation: "string",
      ParentTraceContext: "json",
      ScheduledStartTime: "dateTime",
      Generation: "int",
      GenerateNewTrace: "bool",
    },
    { OrchestrationInstance: "json" },
  ),
  ExecutionCompleted: members("ExecutionCompleted", {
    OrchestrationStatus: "status",
    Result: "string",
    FailureDetails: "json",
  }),
  ExecutionTerminated: members("ExecutionTerminated", { Input: "string" }),
  TaskScheduled: members("TaskScheduled", {
    Name: "string",
    Version: "string",
    Input: "string",
    ParentTraceContext: "json",
    Tags: "json",
  }),
  TaskCompleted: members("TaskCompleted", reply),
  TaskFailed: members("TaskFailed", failure),
  SubOrchestrationInstanceCreated: members("SubOrchestrationInstanceCreated", {
    Name: "string",
    Version: "string",
    InstanceId: "string",
    Input: "string",
    ClientSpanId: "string",
    Tags: "json",
  }),
  SubOrchestrationInstanceCompleted: members("SubOrchestrationInstanceCompleted", reply),
  SubOrchestrationInstanceFailed: members("SubOrchestrationInstanceFailed", failure),
  TimerCreated: members("TimerCreated", { FireAt: "dateTime" }),
  TimerFired: members("TimerFired", { TimerId: "int", FireAt: "dateTime" }),
  OrchestratorStarted: members("OrchestratorStarted", none),
  OrchestratorCompleted: members("OrchestratorCompleted", none),
  EventSent: members("EventSent", { InstanceId: "string", Name: "string", Input: "string" }),
  EventRaised: members("EventRaised", { Name: "string", Input: "string", ParentTraceContext: "json" }),
  GenericEvent: { className: "GenericEvent", fields: { Data: "string" }, properties: none },
  ExecutionSuspended: members("ExecutionSuspended", { Reason: "string" }),
  ExecutionResumed: members("ExecutionResumed", { Reason: "string" }),
};

const NAMES = new Map(Object.entries(EventType).map(([name, number]) => [number, name as EventTypeName]));

export function eventTypeName(number: EventTypeNumber): EventTypeName {
  return NAMES.get(number) as EventTypeName;
}

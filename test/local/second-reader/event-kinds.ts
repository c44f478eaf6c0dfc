// The history events of DurableTask.Core as stored and sent by the Azure Storage backend.

import type { EdmType } from "./contents.ts";

/** How a property is stored: a scalar of its table type, or `json`, an object as JSON text. */
export type MemberType = Exclude<EdmType, "Int64" | "Double" | "Guid" | "Binary"> | "json" | "status";

export type EventKind = {
  number: number;
  /** In the order of the JSON object; those before `EventType` are fields of the class. */
  fields?: Readonly<Record<string, MemberType>>;
  properties: Readonly<Record<string, MemberType>>;
  /** Properties that may be null or absent. */
  optional: readonly string[];
  /**
   * `action`: decided by the orchestrator, with a number of its own. `inbound`: arrived as a message. `frame`: the mark of an
   * episode.
   */
  role: "action" | "inbound" | "frame";
  /** The kind of action that a reply belongs to, and the property with its number. */
  answers?: { kind: string; by: "TaskScheduledId" | "TimerId" };
  /** Its destination, if it is ever sent. */
  queue?: "control" | "workitems";
};

const REPLY = { TaskScheduledId: "Int32" } as const;
const FAILURE = { ...REPLY, Reason: "String", Details: "String", FailureDetails: "json" } as const;

export const EVENT_KINDS: Readonly<Record<string, EventKind>> = {
  ExecutionStarted: {
    number: 0,
    fields: { OrchestrationInstance: "json" },
    properties: {
      ParentInstance: "json",
      Name: "String",
      Version: "String",
      Input: "String",
      Tags: "json",
      Correlation: "String",
      ParentTraceContext: "json",
      ScheduledStartTime: "DateTime",
      Generation: "Int32",
      GenerateNewTrace: "Boolean",
    },
    optional: [
      "ParentInstance",
      "Version",
      "Input",
      "Tags",
      "Correlation",
      "ParentTraceContext",
      "ScheduledStartTime",
      "Generation",
    ],
    role: "inbound",
    queue: "control",
  },
  ExecutionCompleted: {
    number: 1,
    properties: { OrchestrationStatus: "status", Result: "String", FailureDetails: "json" },
    optional: ["Result", "FailureDetails"],
    role: "action",
  },
  ExecutionTerminated: {
    number: 3,
    properties: { Input: "String" },
    optional: ["Input"],
    role: "inbound",
    queue: "control",
  },
  TaskScheduled: {
    number: 4,
    properties: { Name: "String", Version: "String", Input: "String", ParentTraceContext: "json", Tags: "json" },
    optional: ["Version", "Input", "ParentTraceContext", "Tags"],
    role: "action",
    queue: "workitems",
  },
  TaskCompleted: {
    number: 5,
    properties: { ...REPLY, Result: "String" },
    optional: ["Result"],
    role: "inbound",
    answers: { kind: "TaskScheduled", by: "TaskScheduledId" },
    queue: "control",
  },
  TaskFailed: {
    number: 6,
    properties: FAILURE,
    optional: ["Reason", "Details", "FailureDetails"],
    role: "inbound",
    answers: { kind: "TaskScheduled", by: "TaskScheduledId" },
    queue: "control",
  },
  SubOrchestrationInstanceCreated: {
    number: 7,
    properties: {
      Name: "String",
      Version: "String",
      InstanceId: "String",
      Input: "String",
      ClientSpanId: "String",
      Tags: "json",
    },
    optional: ["Version", "Input", "ClientSpanId", "Tags"],
    role: "action",
  },
  SubOrchestrationInstanceCompleted: {
    number: 8,
    properties: { ...REPLY, Result: "String" },
    optional: ["Result"],
    role: "inbound",
    answers: { kind: "SubOrchestrationInstanceCreated", by: "TaskScheduledId" },
    queue: "control",
  },
  SubOrchestrationInstanceFailed: {
    number: 9,
    properties: FAILURE,
    optional: ["Reason", "Details", "FailureDetails"],
    role: "inbound",
    answers: { kind: "SubOrchestrationInstanceCreated", by: "TaskScheduledId" },
    queue: "control",
  },
  TimerCreated: { number: 10, properties: { FireAt: "DateTime" }, optional: [], role: "action" },
  TimerFired: {
    number: 11,
    properties: { TimerId: "Int32", FireAt: "DateTime" },
    optional: [],
    role: "inbound",
    answers: { kind: "TimerCreated", by: "TimerId" },
    queue: "control",
  },
  OrchestratorStarted: { number: 12, properties: {}, optional: [], role: "frame" },
  OrchestratorCompleted: { number: 13, properties: {}, optional: [], role: "frame" },
  EventSent: {
    number: 14,
    properties: { InstanceId: "String", Name: "String", Input: "String" },
    optional: ["Input"],
    role: "action",
  },
  EventRaised: {
    number: 15,
    properties: { Name: "String", Input: "String", ParentTraceContext: "json" },
    optional: ["Input", "ParentTraceContext"],
    role: "inbound",
    queue: "control",
  },
  GenericEvent: {
    number: 17,
    fields: { Data: "String" },
    properties: {},
    optional: ["Data"],
    role: "inbound",
    queue: "control",
  },
  ExecutionSuspended: {
    number: 19,
    properties: { Reason: "String" },
    optional: ["Reason"],
    role: "inbound",
    queue: "control",
  },
  ExecutionResumed: {
    number: 20,
    properties: { Reason: "String" },
    optional: ["Reason"],
    role: "inbound",
    queue: "control",
  },
};

export const STATUS_NAMES = [
  "Running",
  "Completed",
  "ContinuedAsNew",
  "Failed",
  "Canceled",
  "Terminated",
  "Pending",
  "Suspended",
];

export const membersOf = ({ fields = {}, properties }: EventKind): Readonly<Record<string, MemberType>> => ({
  ...fields,
  ...properties,
});

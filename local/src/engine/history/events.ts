// One fact in an instance's history. Property names and spelling are those of DurableTask.Core, because the same
// objects are used in queue messages (JSON), in history rows (columns) and in the orchestrator's payload. Times are UTC
// text with up to seven fractional digits: a JavaScript Date would lose the 100 ns ticks that .NET compares.

/** The numbers used in JSON; the history table stores the names. */
export const EventType = {
  ExecutionStarted: 0,
  ExecutionCompleted: 1,
  ExecutionFailed: 2,
  ExecutionTerminated: 3,
  TaskScheduled: 4,
  TaskCompleted: 5,
  TaskFailed: 6,
  SubOrchestrationInstanceCreated: 7,
  SubOrchestrationInstanceCompleted: 8,
  SubOrchestrationInstanceFailed: 9,
  TimerCreated: 10,
  TimerFired: 11,
  OrchestratorStarted: 12,
  OrchestratorCompleted: 13,
  EventSent: 14,
  EventRaised: 15,
  ContinueAsNew: 16,
  GenericEvent: 17,
  HistoryState: 18,
  ExecutionSuspended: 19,
  ExecutionResumed: 20,
  ExecutionRewound: 21,
} as const;
export type EventTypeName = keyof typeof EventType;
export type EventTypeNumber = (typeof EventType)[EventTypeName];

/** The numbers used in JSON; tables and the HTTP API use the names. */
export const OrchestrationStatus = {
  Running: 0,
  Completed: 1,
  ContinuedAsNew: 2,
  Failed: 3,
  Canceled: 4,
  Terminated: 5,
  Pending: 6,
  Suspended: 7,
} as const;
export type OrchestrationStatusName = keyof typeof OrchestrationStatus;
export type OrchestrationStatusNumber = (typeof OrchestrationStatus)[OrchestrationStatusName];

/** Final statuses: an instance does not change any more. */
export const TERMINAL: readonly OrchestrationStatusName[] = ["Completed", "Failed", "Terminated", "Canceled"];

export type OrchestrationInstance = { InstanceId: string; ExecutionId: string | null };

/** The orchestration that started a child; `TaskScheduleId` is the number of the action that did. */
export type ParentInstance = {
  Name: string;
  OrchestrationInstance: OrchestrationInstance;
  TaskScheduleId: number;
  Version: string | null;
};

/** The trace context of a message or event, in the format of .NET's DistributedTraceContext. */
export type TraceContext = {
  TraceParent: string;
  TraceState: string | null;
  Id: string | null;
  SpanId: string | null;
  ActivityStartTime: string | null;
};

/** A structured error. From Node.js, only an app with an exception properties provider gives one. */
export type FailureDetails = {
  ErrorType: string;
  ErrorMessage: string;
  StackTrace: string | null;
  InnerFailure: FailureDetails | null;
  IsNonRetriable: boolean;
  Properties: Record<string, unknown> | null;
};

export type Tags = Record<string, string>;

/** `EventId` is the action's number for action events and the final completion, otherwise -1. */
type Base<Name extends EventTypeName> = {
  EventType: (typeof EventType)[Name];
  EventId: number;
  IsPlayed: boolean;
  Timestamp: string;
};

export type ExecutionStartedEvent = Base<"ExecutionStarted"> & {
  OrchestrationInstance: OrchestrationInstance;
  ParentInstance: ParentInstance | null;
  Name: string;
  Version: string | null;
  Input: string | null;
  Tags: Tags | null;
  Correlation: string | null;
  ParentTraceContext: TraceContext | null;
  ScheduledStartTime: string | null;
  Generation: number | null;
  GenerateNewTrace?: boolean;
};
export type ExecutionCompletedEvent = Base<"ExecutionCompleted"> & {
  OrchestrationStatus: OrchestrationStatusNumber;
  Result: string | null;
  FailureDetails: FailureDetails | null;
};
export type ExecutionTerminatedEvent = Base<"ExecutionTerminated"> & { Input: string | null };
export type TaskScheduledEvent = Base<"TaskScheduled"> & {
  Name: string;
  Version: string | null;
  Input: string | null;
  ParentTraceContext: TraceContext | null;
  Tags?: Tags | null;
};
export type TaskCompletedEvent = Base<"TaskCompleted"> & { TaskScheduledId: number; Result: string | null };
export type TaskFailedEvent = Base<"TaskFailed"> & {
  TaskScheduledId: number;
  Reason: string | null;
  Details: string | null;
  FailureDetails: FailureDetails | null;
};
export type SubOrchestrationInstanceCreatedEvent = Base<"SubOrchestrationInstanceCreated"> & {
  Name: string;
  Version: string | null;
  InstanceId: string;
  Input: string | null;
  ClientSpanId: string | null;
  Tags?: Tags | null;
};
type SubOrchestrationInstanceCompletedEvent = Base<"SubOrchestrationInstanceCompleted"> & {
  TaskScheduledId: number;
  Result: string | null;
};
export type SubOrchestrationInstanceFailedEvent = Base<"SubOrchestrationInstanceFailed"> & {
  TaskScheduledId: number;
  Reason: string | null;
  Details: string | null;
  FailureDetails: FailureDetails | null;
};
export type TimerCreatedEvent = Base<"TimerCreated"> & { FireAt: string };
export type TimerFiredEvent = Base<"TimerFired"> & { TimerId: number; FireAt: string };
type OrchestratorStartedEvent = Base<"OrchestratorStarted">;
type OrchestratorCompletedEvent = Base<"OrchestratorCompleted">;
export type EventSentEvent = Base<"EventSent"> & { InstanceId: string; Name: string; Input: string | null };
export type EventRaisedEvent = Base<"EventRaised"> & {
  Name: string;
  Input: string | null;
  ParentTraceContext: TraceContext | null;
};
/** A row that a rewind removed; such rows may have foreign columns and no `Data`. */
export type GenericEvent = Base<"GenericEvent"> & { Data: string | null };
export type ExecutionSuspendedEvent = Base<"ExecutionSuspended"> & { Reason: string | null };
type ExecutionResumedEvent = Base<"ExecutionResumed"> & { Reason: string | null };

/** Any event of a history, distinguished by `EventType`. */
export type HistoryEvent =
  | ExecutionStartedEvent
  | ExecutionCompletedEvent
  | ExecutionTerminatedEvent
  | TaskScheduledEvent
  | TaskCompletedEvent
  | TaskFailedEvent
  | SubOrchestrationInstanceCreatedEvent
  | SubOrchestrationInstanceCompletedEvent
  | SubOrchestrationInstanceFailedEvent
  | TimerCreatedEvent
  | TimerFiredEvent
  | OrchestratorStartedEvent
  | OrchestratorCompletedEvent
  | EventSentEvent
  | EventRaisedEvent
  | GenericEvent
  | ExecutionSuspendedEvent
  | ExecutionResumedEvent;

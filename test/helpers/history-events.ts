import { EventType, type HistoryEvent, OrchestrationStatus } from "../../local/src/engine/history/events.ts";

const base = { EventId: -1, IsPlayed: false, Timestamp: "2026-06-24T14:02:11.1234567Z" };

/** One event of each type, as stored by an episode; fields that are not given have default values. */
export const historyEvents = {
  orchestratorStarted: (): HistoryEvent => ({ EventType: EventType.OrchestratorStarted, ...base }),
  orchestratorCompleted: (): HistoryEvent => ({ EventType: EventType.OrchestratorCompleted, ...base }),

  executionStarted: (
    given: { instanceId?: string; executionId?: string; input?: string | null; generation?: number | null } = {},
  ) => {
    const { instanceId = "abc", executionId = "e1", input = '"Tokyo"', generation = 0 } = given;
    return {
      OrchestrationInstance: { InstanceId: instanceId, ExecutionId: executionId },
      EventType: EventType.ExecutionStarted,
      ParentInstance: null,
      Name: "HelloSequence",
      Version: "",
      Input: input,
      Tags: null,
      Correlation: null,
      ParentTraceContext: null,
      ScheduledStartTime: null,
      Generation: generation,
      GenerateNewTrace: false,
      ...base,
      IsPlayed: true,
    } as const;
  },

  taskScheduled: (EventId: number): HistoryEvent => ({
    EventType: EventType.TaskScheduled,
    Name: "SayHello",
    Version: "",
    Input: null,
    ParentTraceContext: null,
    Tags: null,
    ...base,
    EventId,
  }),

  taskCompleted: (TaskScheduledId: number, Result: string | null): HistoryEvent => ({
    EventType: EventType.TaskCompleted,
    TaskScheduledId,
    Result,
    ...base,
    IsPlayed: true,
  }),

  executionCompleted: (
    Result: string | null,
    status: keyof typeof OrchestrationStatus = "Completed",
    ErrorMessage?: string,
  ): HistoryEvent => ({
    EventType: EventType.ExecutionCompleted,
    OrchestrationStatus: OrchestrationStatus[status],
    Result,
    FailureDetails:
      ErrorMessage === undefined
        ? null
        : {
            ErrorType: "Error",
            ErrorMessage,
            StackTrace: null,
            InnerFailure: null,
            IsNonRetriable: false,
            Properties: null,
          },
    ...base,
    EventId: 1,
  }),

  executionTerminated: (Input: string | null): HistoryEvent => ({
    EventType: EventType.ExecutionTerminated,
    Input,
    ...base,
  }),

  executionSuspended: (Reason: string | null): HistoryEvent => ({
    EventType: EventType.ExecutionSuspended,
    Reason,
    ...base,
  }),

  executionResumed: (Reason: string | null): HistoryEvent => ({
    EventType: EventType.ExecutionResumed,
    Reason,
    ...base,
  }),
};

import { EventType, type HistoryEvent } from "../../local/src/engine/history/events.ts";
import type { OutgoingMessage } from "../../local/src/engine/messages/message-data.ts";

/** An external event for `instanceId`, as a client sends it. */
export function eventMessage(input: string | null, instanceId = "abc"): OutgoingMessage {
  return toInstance(instanceId, {
    EventType: EventType.EventRaised,
    Name: "Approval",
    Input: input,
    ParentTraceContext: null,
    EventId: -1,
    IsPlayed: false,
    Timestamp: "2026-06-24T14:10:00.2500000Z",
  });
}

export function toInstance(instanceId: string, Event: HistoryEvent): OutgoingMessage {
  return {
    taskMessage: {
      Event,
      SequenceNumber: 0,
      OrchestrationInstance: { InstanceId: instanceId, ExecutionId: null },
      OrchestrationExecutionContext: null,
    },
    sender: { InstanceId: "", ExecutionId: "" },
  };
}

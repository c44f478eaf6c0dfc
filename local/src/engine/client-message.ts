import type { HistoryEvent } from "./history/events.ts";
import type { OutgoingMessage } from "./messages/message-data.ts";

const CLIENT = { InstanceId: "", ExecutionId: "" };

/** A message from a client: it has no sender that could be answered. */
export function toInstance(
  instanceId: string,
  Event: HistoryEvent,
  executionId: string | null = null,
): OutgoingMessage {
  return {
    taskMessage: {
      Event,
      SequenceNumber: 0,
      OrchestrationInstance: { InstanceId: instanceId, ExecutionId: executionId },
      OrchestrationExecutionContext: null,
    },
    sender: CLIENT,
  };
}

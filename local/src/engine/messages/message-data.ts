// The queue envelope of DurableTask.AzureStorage, in its own spelling.

import type { HistoryEvent, OrchestrationInstance, Tags } from "../history/events.ts";

export type Sender = { InstanceId: string; ExecutionId: string };

export type TaskMessage = {
  Event: HistoryEvent;
  /** Always 0 in this backend; the envelope's own number orders messages. */
  SequenceNumber: number;
  /** The target. `ExecutionId` is null when any generation may take the message. */
  OrchestrationInstance: OrchestrationInstance;
  OrchestrationExecutionContext: { OrchestrationTags: Tags } | null;
};

export type MessageData = {
  ActivityId: string;
  TaskMessage: TaskMessage;
  SequenceNumber: number;
  /** OrchestratorStarted events in the sender's state at send time; absent from clients. */
  Episode?: number;
  Sender: Sender;
};

/** What a caller says; ids and numbers are given at sending. */
export type OutgoingMessage = {
  taskMessage: TaskMessage;
  sender: Sender;
  episode?: number;
};

/** Where a message goes: the target's control queue, this instance's own (timers), or the work-item queue. */
export type OutgoingRoute = "control" | "own-control" | "work-items";

export type Outgoing = {
  route: OutgoingRoute;
  message: OutgoingMessage;
  /** UTC time before which nobody may see it (timers). */
  visibleAt?: string;
};

/** A start whose row is of this start. */
export type StartTrust = {
  /** There was no instance of that id before. */
  isFirst: boolean;
  /** That of the row as it was written. */
  rowEtag: string;
};

/** A message that this process holds: invisible to others until `nextVisibleAt`, deleted with `popReceipt`. */
export type ReceivedMessage = {
  data: MessageData;
  queueName: string;
  messageId: string;
  popReceipt: string;
  dequeueCount: number;
  insertedAt: Date;
  nextVisibleAt: Date;
  /** For a start that this process sent itself: what it knows about the row that it wrote, so that nobody has to look. */
  startTrust?: StartTrust;
};

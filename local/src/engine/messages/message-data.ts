// The queue envelope of DurableTask.AzureStorage, in its own spelling.

import type { HistoryEvent, OrchestrationInstance, Tags } from "../history/events.ts";

type Sender = { InstanceId: string; ExecutionId: string };

/** An event on its way to an instance. */
export type TaskMessage = {
  Event: HistoryEvent;
  /** Always 0 in this backend; the envelope's own number orders messages. */
  SequenceNumber: number;
  /** The target. `ExecutionId` is null when any generation may take the message. */
  OrchestrationInstance: OrchestrationInstance;
  OrchestrationExecutionContext: { OrchestrationTags: Tags } | null;
};

/** The envelope of a queue message. */
export type MessageData = {
  ActivityId: string;
  TaskMessage: TaskMessage;
  SequenceNumber: number;
  /** OrchestratorStarted events in the sender's state at send time; absent from clients. */
  Episode?: number;
  Sender: Sender;
};

/** What a caller sends; ids and numbers are assigned on sending. */
export type OutgoingMessage = {
  taskMessage: TaskMessage;
  sender: Sender;
  episode?: number;
};

/** Where a message goes: the target's control queue, this instance's own (timers), or the work-item queue. */
type OutgoingRoute = "control" | "own-control" | "work-items";

/** A message that an episode has decided to send. */
export type Outgoing = {
  route: OutgoingRoute;
  message: OutgoingMessage;
  /** UTC time before which no one may see it (timers). */
  visibleAt?: string;
};

/** A start whose row is known to belong to it. */
export type StartTrust = {
  /** No instance with that id existed before. */
  isFirst: boolean;
  /** The row's ETag as written. */
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
  /**
   * For a start that this process sent itself: what it knows about the row it wrote, so that the row need not be read.
   */
  startTrust?: StartTrust;
};

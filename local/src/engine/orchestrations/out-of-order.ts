// Messages are sent before the history is written, so a reply may arrive before the checkpoint that recorded its cause;
// it must then be redelivered later instead of being treated as stray.
// Source: Azure/durabletask, DurableTask.AzureStorage/Messaging/OrchestrationSession.cs, IsOutOfOrderMessage.

import { parseTicks } from "@same-kit/shared";
import { EventType, type ExecutionStartedEvent, type HistoryEvent } from "../history/events.ts";
import { parseEntityInstanceId } from "../messages/entity-id.ts";
import { messageId } from "../messages/entity-messages.ts";
import type { MessageData, ReceivedMessage } from "../messages/message-data.ts";
import { nextExecutionId } from "./next-execution-id.ts";

// How many times a reply to an instance without history is returned before the instance is assumed not to exist.
const MAX_DEQUEUES_WITHOUT_HISTORY = 5;
// After this many deliveries, the cause is assumed never to arrive.
const MAX_DEQUEUES = 50;

/** An index of a history, built once to compare many messages with it, and extended as the history grows. */
export class HistoryIndex {
  readonly events: HistoryEvent[] = [];
  readonly ids = new Set<number>();
  /** Ids of the actions that have been answered. */
  readonly answered = new Set<number>();
  /** Ids of requests to entities. */
  readonly requests = new Set<string>();
  /** Names of the raised events; an answer's name is the id of its request. */
  readonly raised = new Set<string>();
  started: ExecutionStartedEvent | undefined;
  hasCompleted = false;

  constructor(events: readonly HistoryEvent[] = []) {
    for (const event of events) this.add(event);
  }

  /**
   * @returns This index, extended by new `events`, or a new index if `events` is not a continuation of this history.
   */
  of(events: readonly HistoryEvent[]): HistoryIndex {
    const { length } = this.events;
    const isGrown = length > 0 && events[0] === this.events[0] && events[length - 1] === this.events[length - 1];
    if (!isGrown) return new HistoryIndex(events);
    for (const event of events.slice(length)) this.add(event);
    return this;
  }

  add(event: HistoryEvent): void {
    const causeId = causeOf(event);
    this.events.push(event);
    this.ids.add(event.EventId);
    if (causeId !== null) this.answered.add(causeId);
    if (event.EventType === EventType.EventSent) this.requests.add(messageId(event.Input) ?? "");
    if (event.EventType === EventType.EventRaised) this.raised.add(event.Name);
    if (event.EventType === EventType.ExecutionStarted) this.started ??= event;
    this.hasCompleted ||= event.EventType === EventType.ExecutionCompleted;
  }
}

/** Whether `message` answers something that is not in the history yet. */
export function isOutOfOrder(message: ReceivedMessage, history: HistoryIndex): boolean {
  const causeId = causeOf(message.data.TaskMessage.Event);
  const requestId = requestAnswered(message.data);
  if (causeId === null && requestId === null) return false;
  const { started, hasCompleted, ids, requests } = history;
  const wanted = message.data.TaskMessage.OrchestrationInstance.ExecutionId;
  const isOfHistory = started !== undefined && (!wanted || wanted === started.OrchestrationInstance.ExecutionId);
  // For an execution that has ended, or one whose first checkpoint another host is about to write.
  if (!isOfHistory) {
    const isOfNext = started !== undefined && !hasCompleted && wanted === nextExecutionId(started);
    return message.dequeueCount <= (isOfNext ? MAX_DEQUEUES : MAX_DEQUEUES_WITHOUT_HISTORY);
  }
  // Nothing is appended to an ended execution: the reply would be redelivered forever.
  if (hasCompleted) return false;
  if (causeId !== null) return !ids.has(causeId);
  return !requests.has(requestId ?? "") && message.dequeueCount <= MAX_DEQUEUES;
}

/**
 * An event that an entity raises in an orchestration is named after the answered request; null for any other message.
 */
function requestAnswered({ TaskMessage, Sender }: MessageData): string | null {
  const { Event: event, OrchestrationInstance: target } = TaskMessage;
  if (event.EventType !== EventType.EventRaised) return null;
  const isReply =
    parseEntityInstanceId(Sender.InstanceId) !== null && parseEntityInstanceId(target.InstanceId) === null;
  return isReply ? event.Name : null;
}

/**
 * Whether the history already contains the message's event: its host died between writing the history and deleting the
 * message. The extension appends it again; a duplicate reply then answers nothing, but an external event would be
 * raised twice.
 */
export function isKnown({ data }: ReceivedMessage, { events, answered, raised }: HistoryIndex): boolean {
  const event = data.TaskMessage.Event;
  const causeId = causeOf(event);
  if (causeId !== null) return answered.has(causeId);
  const requestId = requestAnswered(data);
  if (requestId !== null) return raised.has(requestId);
  return events.some((it) => it.EventType === event.EventType && isSameMessage(it, event));
}

/** A sender's clock never returns the same tick twice, so time and content identify a message. */
function isSameMessage(a: HistoryEvent, b: HistoryEvent): boolean {
  if (parseTicks(a.Timestamp) !== parseTicks(b.Timestamp)) return false;
  if (a.EventType !== EventType.EventRaised || b.EventType !== EventType.EventRaised) return true;
  return a.Name === b.Name && a.Input === b.Input;
}

/** `EventId` of the action that the event answers; null if it answers none. */
function causeOf(event: HistoryEvent): number | null {
  switch (event.EventType) {
    case EventType.TaskCompleted:
    case EventType.TaskFailed:
    case EventType.SubOrchestrationInstanceCompleted:
    case EventType.SubOrchestrationInstanceFailed:
      return event.TaskScheduledId;
    case EventType.TimerFired:
      return event.TimerId;
    default:
      return null;
  }
}

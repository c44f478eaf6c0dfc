// A reply may arrive before the checkpoint that recorded its cause, as messages are sent before the history is written; then it
// must come again later instead of being taken for a stray one.
// Source: Azure/durabletask, DurableTask.AzureStorage/Messaging/OrchestrationSession.cs, IsOutOfOrderMessage.

import { parseTicks } from "@same-kit/shared";
import { EventType, type ExecutionStartedEvent, type HistoryEvent } from "../history/events.ts";
import { parseEntityInstanceId } from "../messages/entity-id.ts";
import { messageId } from "../messages/entity-messages.ts";
import type { MessageData, ReceivedMessage } from "../messages/message-data.ts";
import { nextExecutionId } from "./next-execution-id.ts";

// How many times a reply to an instance without history is returned before it is assumed that there is none.
const MAX_DEQUEUES_WITHOUT_HISTORY = 5;
// What has not found its cause by then never will.
const MAX_DEQUEUES = 50;

/** A history, read once to compare many messages with it; what is added to it is read on. */
export class HistoryIndex {
  readonly events: HistoryEvent[] = [];
  readonly ids = new Set<number>();
  /** Ids of the actions that have been answered. */
  readonly answered = new Set<number>();
  /** Ids of what was asked of entities. */
  readonly requests = new Set<string>();
  /** Names of the events that were raised: those of answers are ids of requests. */
  readonly raised = new Set<string>();
  started: ExecutionStartedEvent | undefined;
  hasCompleted = false;

  constructor(events: readonly HistoryEvent[] = []) {
    for (const event of events) this.add(event);
  }

  /** @returns This index with what is new in `events`, or another one where they are not this history, grown. */
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

/** Whether `message` answers something that the history does not hold yet. */
export function isOutOfOrder(message: ReceivedMessage, history: HistoryIndex): boolean {
  const causeId = causeOf(message.data.TaskMessage.Event);
  const requestId = requestAnswered(message.data);
  if (causeId === null && requestId === null) return false;
  const { started, hasCompleted, ids, requests } = history;
  const wanted = message.data.TaskMessage.OrchestrationInstance.ExecutionId;
  const isOfHistory = started !== undefined && (!wanted || wanted === started.OrchestrationInstance.ExecutionId);
  // For an execution that is over, or one whose first checkpoint another host is about to write.
  if (!isOfHistory) {
    const isOfNext = started !== undefined && !hasCompleted && wanted === nextExecutionId(started);
    return message.dequeueCount <= (isOfNext ? MAX_DEQUEUES : MAX_DEQUEUES_WITHOUT_HISTORY);
  }
  // Nothing is added to what has ended: the reply would come back for ever.
  if (hasCompleted) return false;
  if (causeId !== null) return !ids.has(causeId);
  return !requests.has(requestId ?? "") && message.dequeueCount <= MAX_DEQUEUES;
}

/** What an entity raises in an orchestration is named after the request that it answers; null for any other message. */
function requestAnswered({ TaskMessage, Sender }: MessageData): string | null {
  const { Event: event, OrchestrationInstance: target } = TaskMessage;
  if (event.EventType !== EventType.EventRaised) return null;
  const isReply =
    parseEntityInstanceId(Sender.InstanceId) !== null && parseEntityInstanceId(target.InstanceId) === null;
  return isReply ? event.Name : null;
}

/**
 * Whether the history holds the message's event already: its host died between the history and the deletion of the message. The
 * extension appends it once more; a reply then answers nothing, but an external event would be raised twice.
 */
export function isKnown({ data }: ReceivedMessage, { events, answered, raised }: HistoryIndex): boolean {
  const event = data.TaskMessage.Event;
  const causeId = causeOf(event);
  if (causeId !== null) return answered.has(causeId);
  const requestId = requestAnswered(data);
  if (requestId !== null) return raised.has(requestId);
  return events.some((it) => it.EventType === event.EventType && isSameMessage(it, event));
}

/** A sender's clock never shows the same tick twice, so time and content tell one message from another. */
function isSameMessage(a: HistoryEvent, b: HistoryEvent): boolean {
  if (parseTicks(a.Timestamp) !== parseTicks(b.Timestamp)) return false;
  if (a.EventType !== EventType.EventRaised || b.EventType !== EventType.EventRaised) return true;
  return a.Name === b.Name && a.Input === b.Input;
}

/** `EventId` of the action that the event answers; null for an event that answers none. */
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

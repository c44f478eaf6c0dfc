import { randomUUID } from "node:crypto";
import type { Clock, Logger } from "@same-kit/shared";
import { type EventRaisedEvent, EventType, type TraceContext } from "../history/events.ts";
import { type EntityId, findTargetProblem, toInstanceId } from "../messages/entity-id.ts";
import {
  delayedEvent,
  type EntityRequest,
  type EntityResponse,
  OPERATION_EVENT,
  requestText,
  responseText,
} from "../messages/entity-messages.ts";
import type { Outgoing } from "../messages/message-data.ts";
import { eventBase } from "../orchestrations/replay/execution.ts";
import type { EntitySignal } from "./entity-batch.ts";
import { type EntitySettings, reorderWindowTicks } from "./entity-settings.ts";
import type { MessageSorter } from "./message-sorter.ts";

type EntityOutboxDeps = {
  instanceId: string;
  executionId: string;
  /** Stamps messages to other entities. */
  sorter: MessageSorter;
  clock: Clock;
  settings: EntitySettings;
  log: Logger;
  /** Returns the trace context for a signal that the entity sends during its operations. */
  traceSignal?(target: string, signal: EntitySignal): TraceContext | null;
};

// A queue delays a message by seven days at most; a message due later is forwarded in steps.
const LONGEST_DELAY_MS = 6 * 24 * 3_600_000;
const STEP_MS = 3 * 24 * 3_600_000;

/** Collects the messages that an entity's episode sends. */
export class EntityOutbox {
  readonly messages: Outgoing[] = [];
  readonly #deps: EntityOutboxDeps;

  constructor(deps: EntityOutboxDeps) {
    this.#deps = deps;
  }

  /** Answers the caller of an operation. */
  respond({ parent, parentExecution, id }: EntityRequest, response: EntityResponse): void {
    if (parent === null) return;
    this.#send({ InstanceId: parent, ExecutionId: parentExecution }, id, responseText(response));
  }

  signal({ target, operation, input }: EntitySignal): void {
    const { instanceId, sorter, clock, settings } = this.#deps;
    const targetId = toInstanceId(target);
    const trace = this.#deps.traceSignal?.(targetId, { target, operation, input }) ?? null;
    const request: EntityRequest = {
      operation,
      isSignal: true,
      input,
      id: randomUUID(),
      parent: instanceId,
      parentExecution: null,
      due: null,
      ...sorter.stamp(targetId, clock.nowTicks(), reorderWindowTicks(settings)),
      lockSet: null,
      position: 0,
      trace,
    };
    this.#send(anyOf(targetId), OPERATION_EVENT, requestText(request, { isTyped: true }));
  }

  /** Passes a lock request on to the next entity of its set. */
  forward(request: EntityRequest, next: EntityId): void {
    this.#send(anyOf(toInstanceId(next)), OPERATION_EVENT, requestText(request, { isTyped: true }));
  }

  /** Sends an operation that arrived too early to this entity again. */
  sendLater(request: EntityRequest, due: string): void {
    const { instanceId } = this.#deps;
    this.#send(anyOf(instanceId), delayedEvent(due), requestText(request, { isTyped: true }), due);
  }

  sendToSelf(name: string): void {
    this.#send(anyOf(this.#deps.instanceId), name, null);
  }

  #send(
    target: { InstanceId: string; ExecutionId: string | null },
    name: string,
    input: string | null,
    due?: string,
  ): void {
    const { instanceId, executionId, clock, log } = this.#deps;
    const reason = findTargetProblem(target.InstanceId);
    if (reason !== null) {
      log.warn("A message of an entity cannot be sent; it is dropped.", { instanceId, reason });
      return;
    }
    const event: EventRaisedEvent = {
      ...eventBase(clock),
      EventType: EventType.EventRaised,
      Name: name,
      Input: input,
      ParentTraceContext: null,
    };
    this.messages.push({
      route: "control",
      message: {
        taskMessage: {
          Event: event,
          SequenceNumber: 0,
          OrchestrationInstance: target,
          OrchestrationExecutionContext: null,
        },
        sender: { InstanceId: instanceId, ExecutionId: executionId },
        episode: 1,
      },
      ...(due === undefined ? {} : { visibleAt: visibleTime(due, clock) }),
    });
  }
}

/** Any generation of an entity. */
const anyOf = (instanceId: string) => ({ InstanceId: instanceId, ExecutionId: null });

/** When a message for `due` should become visible; earlier than that if `due` is too far in the future. */
function visibleTime(due: string, clock: Clock): string {
  const nowMs = clock.now().getTime();
  return Date.parse(due) - nowMs > LONGEST_DELAY_MS ? new Date(nowMs + STEP_MS).toISOString() : due;
}

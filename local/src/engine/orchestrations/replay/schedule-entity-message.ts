// Messages from an orchestration to entities: operations, locks and their release.
// Source: Azure/azure-functions-durable-extension, ContextImplementations/DurableOrchestrationContext.cs.

import { createHash } from "node:crypto";
import type { Clock } from "@same-kit/shared";
import { type EventSentEvent, EventType, type HistoryEvent } from "../../history/events.ts";
import { unknownFunctionText } from "../../known-functions.ts";
import { findTargetProblem, parseEntityInstanceId, toInstanceId } from "../../messages/entity-id.ts";
import {
  delayedEvent,
  type EntityRequest,
  messageId,
  OPERATION_EVENT,
  parseJson,
  parseRequest,
  RELEASE_EVENT,
  releaseText,
  requestText,
  responseText,
  UNSTAMPED,
} from "../../messages/entity-messages.ts";
import type { DurableFunction } from "../../ports.ts";
import { type Decision, firstOfSet } from "./decision.ts";
import { EntityStamps } from "./entity-stamps.ts";
import { type Execution, eventBase, messageFrom, messageToSelf, type Scheduled, traceOfAction } from "./execution.ts";
import { ReplayFailure } from "./replay-failure.ts";

type EntityDecision = Extract<Decision, { kind: `entity-${string}` }>;

export type EntityDeps = { clock: Clock; stamps: EntityStamps; functions: readonly DurableFunction[] };

/** @throws ReplayFailure if no answer is possible: a signaled or locked entity is not registered, or cannot exist. */
export function scheduleEntityMessage(decision: EntityDecision, execution: Execution, deps: EntityDeps): Scheduled {
  const { id, causedAt } = decision;
  switch (decision.kind) {
    case "entity-release":
      return release(id, toInstanceId(decision.entity), lockIdOf(decision, execution), execution, deps);
    case "entity-lock": {
      const { lockSet } = decision.action;
      const problem = lockSet.map((it) => findProblem(toInstanceId(it), deps)).find((it) => it !== null);
      if (problem !== undefined && problem !== null) throw new ReplayFailure(problem);
      const target = firstOfSet(decision.action);
      const request = { ...newRequest(id, execution), ...stamp(id, target, causedAt, execution, deps), lockSet };
      return send(id, target, request, execution, deps);
    }
    case "entity-call":
      return call(decision, execution, deps);
    case "entity-signal":
      return signal(decision, execution, deps);
  }
}

function call(
  { id, causedAt, action }: Extract<EntityDecision, { kind: "entity-call" }>,
  execution: Execution,
  deps: EntityDeps,
): Scheduled {
  const { instanceId: target, operation } = action;
  const request = {
    ...newRequest(id, execution),
    ...stamp(id, target, causedAt, execution, deps),
    ...traceOfRequest(id, execution),
    operation,
    input: toText(action.input),
  };
  const sent = send(id, target, request, execution, deps);
  const problem = findProblem(target, deps);
  if (problem === null) return sent;
  // The entity would never answer; the caller gets the error as if from the entity.
  const answer = responseText({ result: JSON.stringify(problem), isError: true });
  return { ...sent, outgoing: messageToSelf(execution, raised(request.id, answer, deps.clock)) };
}

function signal(
  { id, causedAt, action }: Extract<EntityDecision, { kind: "entity-signal" }>,
  execution: Execution,
  deps: EntityDeps,
): Scheduled {
  const { instanceId: target, operation, fireAt } = action;
  const problem = findProblem(target, deps);
  if (problem !== null) throw new ReplayFailure(problem);
  const due = fireAt === null ? null : toDue(fireAt);
  // Delayed messages may overtake, and be overtaken.
  const unstamped = { timestamp: UNSTAMPED, predecessor: UNSTAMPED };
  const stamps = due === null ? stamp(id, target, causedAt, execution, deps) : unstamped;
  const input = toText(action.input);
  const traced = traceOfRequest(id, execution);
  const request = { ...newRequest(id, execution), ...stamps, ...traced, operation, input, due, isSignal: true };
  return send(id, target, request, execution, deps);
}

function stamp(id: number, target: string, causedAt: string, execution: Execution, { stamps }: EntityDeps) {
  return stamps.next(target, requestIdOf(id, execution), causedAt);
}

/**
 * Must not overtake the holder's requests under the lock: after an episode of the entity that was not saved, any of
 * these messages may be redelivered.
 */
function release(
  id: number,
  target: string,
  lockId: string,
  execution: Execution,
  { clock, stamps }: Pick<EntityDeps, "clock" | "stamps">,
): Scheduled {
  const { instanceId: parent, executionId } = execution;
  const last = stamps.lastOf(target);
  const after = last && { execution: executionId, ...last };
  return sent(id, target, RELEASE_EVENT, releaseText({ parent, id: lockId, after }), execution, clock);
}

/**
 * Releases what an ending execution still holds, or has requested: no one else would.
 *
 * @param events - The execution's events, including new ones.
 * @param nextId - Ids for the messages; the code has ended and assigns no more.
 */
export function releaseHeldLocks(
  events: readonly HistoryEvent[],
  nextId: number,
  execution: Execution,
  clock: Clock,
): Scheduled[] {
  const held = new Map<string, Set<string>>();
  for (const event of events) {
    if (event.EventType !== EventType.EventSent) continue;
    if (event.Name === RELEASE_EVENT) held.get(messageId(event.Input) ?? "")?.delete(event.InstanceId);
    const request = parseRequest(parseJson(event.Input ?? ""));
    if (request?.lockSet) held.set(request.id, new Set(request.lockSet.map(toInstanceId)));
  }
  const releases = [...held].flatMap(([lockId, targets]) => [...targets].map((target) => ({ lockId, target })));
  const stamps = new EntityStamps(events);
  return releases.map(({ lockId, target }, index) =>
    release(nextId + index, target, lockId, execution, { clock, stamps }),
  );
}

function send(
  id: number,
  target: string,
  request: EntityRequest,
  execution: Execution,
  { clock }: EntityDeps,
): Scheduled {
  const text = requestText(request, { isTyped: true });
  const { due } = request;
  const scheduled = sent(id, target, due === null ? OPERATION_EVENT : delayedEvent(due), text, execution, clock);
  return due === null ? scheduled : { ...scheduled, outgoing: { ...scheduled.outgoing, visibleAt: due } };
}

function sent(id: number, target: string, name: string, text: string, execution: Execution, clock: Clock): Scheduled {
  const event: EventSentEvent = {
    ...eventBase(clock, id),
    EventType: EventType.EventSent,
    InstanceId: target,
    Name: name,
    Input: text,
  };
  const message = messageFrom(execution, raised(name, text, clock), { InstanceId: target, ExecutionId: null });
  return { event, outgoing: { route: "control", message } };
}

function raised(name: string, text: string, clock: Clock): HistoryEvent {
  return { ...eventBase(clock), EventType: EventType.EventRaised, Name: name, Input: text, ParentTraceContext: null };
}

function newRequest(id: number, execution: Execution): EntityRequest {
  return {
    operation: null,
    isSignal: false,
    input: null,
    id: requestIdOf(id, execution),
    parent: execution.instanceId,
    parentExecution: execution.executionId,
    due: null,
    timestamp: UNSTAMPED,
    predecessor: UNSTAMPED,
    lockSet: null,
    position: 0,
  };
}

function traceOfRequest(id: number, execution: Execution): Pick<EntityRequest, "trace"> {
  return execution.span === null ? {} : { trace: traceOfAction(execution, id) };
}

// The namespace of the extension's own ids.
const NAMESPACE = Buffer.from("9e9529595e334daf827f2fa12937b875", "hex");

/**
 * The id of an action's request, a version 5 GUID: a repeated episode uses the same id. The extension includes the
 * orchestrator's time instead, which differs in a repeated episode.
 */
function requestIdOf(actionId: number, { instanceId, executionId }: Execution): string {
  const name = `${instanceId}_${executionId}_${actionId}`;
  const bytes = createHash("sha1").update(NAMESPACE).update(name).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function lockIdOf(
  { requestId, lockActionId }: Extract<EntityDecision, { kind: "entity-release" }>,
  execution: Execution,
): string {
  return requestId ?? requestIdOf(lockActionId, execution);
}

/** Why no message can be sent to this entity; null if it can. */
function findProblem(target: string, { functions }: EntityDeps): string | null {
  const name = parseEntityInstanceId(target)?.name ?? target;
  const isKnown = functions.some((it) => it.kind === "entity" && it.name.toLowerCase() === name.toLowerCase());
  return isKnown ? findTargetProblem(target) : unknownFunctionText(name, "entity", functions);
}

const toText = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));

/** .NET's round-trip format: seven fractional digits. */
function toDue(fireAt: string): string {
  return new Date(fireAt).toISOString().replace("Z", "0000Z");
}

// The `Input` of an entity's EventRaised messages, in the extension's own spelling and order: the .NET library finds
// the request id in a caller's history only after `op`, `signal` and `input`.
// Source: Azure/azure-functions-durable-extension, EntityScheduler/RequestMessage.cs, ResponseMessage.cs and
// ReleaseMessage.cs.

import { isRecord } from "@same-kit/shared";
import { jsonTime } from "../../shared/json-time.ts";
import type { TraceContext } from "../history/events.ts";
import type { EntityId } from "./entity-id.ts";

/** An operation, or a lock request. */
export type EntityRequest = {
  /** Null for a lock. */
  operation: string | null;
  /** Whether no one waits for its result. */
  isSignal: boolean;
  /** JSON text. */
  input: string | null;
  /** A GUID; the answering event has this name. */
  id: string;
  /** The instance that sent it; null for a client. */
  parent: string | null;
  /** The execution that sent it; null for a client or an entity. */
  parentExecution: string | null;
  /** UTC text, for a delayed operation. */
  due: string | null;
  /** The sender's stamp in units of 100 ns, increasing per target. {@link UNSTAMPED} if the order does not matter. */
  timestamp: string;
  /** The stamp of the sender's previous message to this target. */
  predecessor: string;
  /** Sorted, without duplicates; null for an operation. */
  lockSet: readonly EntityId[] | null;
  /** How many locks of the set have been acquired so far. */
  position: number;
  /** The span that requested the operation. */
  trace?: TraceContext | null;
};

/** The timestamp of a request without a stamp: .NET's smallest time. */
export const UNSTAMPED = "0001-01-01T00:00:00";

const NAMESPACE = "Microsoft.Azure.WebJobs.Extensions.DurableTask";
const typeTag = (name: string) => ({ $type: `${NAMESPACE}.${name}, ${NAMESPACE}` });

/**
 * @param isTyped - Whether the text includes type information, as in messages of orchestrations and entities, but not
 *   of clients.
 */
export function requestText(request: EntityRequest, { isTyped }: { isTyped: boolean }): string {
  return JSON.stringify({ ...(isTyped ? typeTag("RequestMessage") : {}), ...requestObject(request) });
}

/**
 * A request as JSON, in the extension's member order and without defaults; also the form in which it is stored in an
 * entity's queue.
 */
export function requestObject(request: EntityRequest): Record<string, unknown> {
  const { operation, isSignal, input, id, parent, parentExecution, due, timestamp, predecessor } = request;
  const { lockSet, position, trace = null } = request;
  return {
    op: operation,
    ...(isSignal ? { signal: true } : {}),
    ...(input === null ? {} : { input }),
    id,
    ...(parent === null ? {} : { parent }),
    ...(parentExecution === null ? {} : { parentExecution }),
    ...(due === null ? {} : { due: jsonTime(due) }),
    Timestamp: jsonTime(timestamp),
    Predecessor: jsonTime(predecessor),
    ...(lockSet === null ? {} : { lockset: lockSet }),
    ...(position === 0 ? {} : { pos: position }),
    // Hosts that do not know this member ignore it.
    ...(trace === null ? {} : { parentTraceContext: { TraceParent: trace.TraceParent, TraceState: trace.TraceState } }),
  };
}

/** @returns null if it is not a request. */
export function parseRequest(value: unknown): EntityRequest | null {
  if (!isRecord(value)) return null;
  const text = (name: string): string | null => (typeof value[name] === "string" ? value[name] : null);
  const id = text("id");
  if (id === null || !["due", "Timestamp", "Predecessor"].every((name) => isTimeOrNull(text(name)))) return null;
  const { lockset, pos } = value;
  return {
    operation: text("op"),
    isSignal: value["signal"] === true,
    input: text("input"),
    id,
    parent: text("parent"),
    parentExecution: text("parentExecution"),
    due: text("due"),
    timestamp: text("Timestamp") ?? UNSTAMPED,
    predecessor: text("Predecessor") ?? UNSTAMPED,
    lockSet: Array.isArray(lockset) ? lockset.filter(isEntityId) : null,
    position: typeof pos === "number" ? pos : 0,
    ...traceIn(value["parentTraceContext"]),
  };
}

function traceIn(context: unknown): Pick<EntityRequest, "trace"> {
  if (!isRecord(context) || typeof context["TraceParent"] !== "string") return {};
  const { TraceParent, TraceState } = context;
  const state = typeof TraceState === "string" ? TraceState : null;
  return { trace: { TraceParent, TraceState: state, Id: null, SpanId: null, ActivityStartTime: null } };
}

/** The answer to an operation or a lock request; `result` is JSON text, null for none. */
export type EntityResponse = { result: string | null; isError: boolean };

/** The text of an answer to an operation or a lock request. */
export function responseText({ result, isError }: EntityResponse): string {
  return JSON.stringify({ ...typeTag("ResponseMessage"), result, ...(isError ? { exceptionType: "Error" } : {}) });
}

/** Tells an orchestration that it holds all locks of a set. */
export const LOCKED: EntityResponse = { result: "Lock Acquisition Completed", isError: false };

/** If the response reports a failed operation, the JSON text of the failure; otherwise null. */
export function failureIn(responseInput: string | null): string | null {
  const value = parseJson(responseInput ?? "");
  if (!isRecord(value) || typeof value["exceptionType"] !== "string") return null;
  return typeof value["result"] === "string" ? value["result"] : "null";
}

/** A previous request of an execution, as the entity recognizes it. */
export type PriorRequest = { execution: string; id: string; timestamp: string };

/** Releases the lock that `parent` holds. */
export type Release = {
  parent: string;
  /** The id of the lock request. */
  id: string | null;
  /**
   * The holder's last request to the entity; null for a release that takes effect immediately. Ours: other hosts do not
   * write it, and ignore it.
   */
  after: PriorRequest | null;
};

/** The text of a lock release. */
export function releaseText({ parent, id, after }: Release): string {
  return JSON.stringify({ ...typeTag("ReleaseMessage"), ...releaseObject({ parent, id, after }) });
}

export function releaseObject({ parent, id, after }: Release): Record<string, unknown> {
  return { parent, id, ...(after === null ? {} : { after }) };
}

/** @returns null if it is not a release. */
export function parseRelease(value: unknown): Release | null {
  if (!isRecord(value) || typeof value["parent"] !== "string") return null;
  const { parent, id, after } = value;
  return { parent, id: typeof id === "string" ? id : null, after: parsePriorRequest(after) };
}

function parsePriorRequest(value: unknown): PriorRequest | null {
  if (!isRecord(value)) return null;
  const { execution, id, timestamp } = value;
  if (typeof execution !== "string" || typeof id !== "string" || typeof timestamp !== "string") return null;
  return isTimeOrNull(timestamp) ? { execution, id, timestamp } : null;
}

/** The `id` in a message's text; null if it has none. */
export function messageId(text: string | null): string | null {
  const value = parseJson(text ?? "");
  return isRecord(value) && typeof value["id"] === "string" ? value["id"] : null;
}

/** Names of the EventRaised events that entities handle. */
export const OPERATION_EVENT = "op";
export const RELEASE_EVENT = "release";
export const CONTINUE_EVENT = "continue";

/** Event name of a delayed operation; the time is UTC text with seven digits. */
export const delayedEvent = (due: string): string => `${OPERATION_EVENT}@${due}`;
export const isOperationEvent = (name: string): boolean => name.startsWith(OPERATION_EVENT);

/** Parses JSON; undefined if it is invalid. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Anyone who may raise an event can send a request. One with a time not in .NET's format would fail its episode again
 * and again.
 */
function isTimeOrNull(text: string | null): boolean {
  if (text === null) return true;
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z?$/.test(text) && !Number.isNaN(Date.parse(text));
}

function isEntityId(value: unknown): value is EntityId {
  return isRecord(value) && typeof value["name"] === "string" && typeof value["key"] === "string";
}

// What travels in the `Input` of an entity's EventRaised messages, in the extension's own spelling and order: the .NET library finds
// the request id in a caller's history only behind `op`, `signal` and `input`.
// Source: Azure/azure-functions-durable-extension, EntityScheduler/RequestMessage.cs, ResponseMessage.cs and ReleaseMessage.cs.

import { isRecord } from "@same-kit/shared";
import { jsonTime } from "../../shared/json-time.ts";
import type { TraceContext } from "../history/events.ts";
import type { EntityId } from "./entity-id.ts";

/** An operation, or a lock that is asked for. */
export type EntityRequest = {
  /** Null for a lock. */
  operation: string | null;
  /** Nobody waits for its result. */
  isSignal: boolean;
  /** JSON text. */
  input: string | null;
  /** A GUID: the name of the event that answers it. */
  id: string;
  /** The instance that sent it; null for a client. */
  parent: string | null;
  /** The execution that sent it; null for a client or an entity. */
  parentExecution: string | null;
  /** UTC text of an operation for later. */
  due: string | null;
  /** The sender's stamp, in 100 ns: they grow for each target. {@link UNSTAMPED} for what may come in any order. */
  timestamp: string;
  /** The stamp of what the sender sent to this target before. */
  predecessor: string;
  /** Sorted, each once; null for an operation. */
  lockSet: readonly EntityId[] | null;
  /** How far the lock has come in its set. */
  position: number;
  /** The span of an operation that is asked for. */
  trace?: TraceContext | null;
};

export const UNSTAMPED = "0001-01-01T00:00:00";

const NAMESPACE = "Microsoft.Azure.WebJobs.Extensions.DurableTask";
const typeTag = (name: string) => ({ $type: `${NAMESPACE}.${name}, ${NAMESPACE}` });

/** @param isTyped - As messages of orchestrations and entities are, and those of clients are not. */
export function requestText(request: EntityRequest, { isTyped }: { isTyped: boolean }): string {
  return JSON.stringify({ ...(isTyped ? typeTag("RequestMessage") : {}), ...requestObject(request) });
}

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
    // Hosts that do not know it pass it over.
    ...(trace === null ? {} : { parentTraceContext: { TraceParent: trace.TraceParent, TraceState: trace.TraceState } }),
  };
}

/** @returns null for what is not a request. */
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

export type EntityResponse = { result: string | null; isError: boolean };

export function responseText({ result, isError }: EntityResponse): string {
  return JSON.stringify({ ...typeTag("ResponseMessage"), result, ...(isError ? { exceptionType: "Error" } : {}) });
}

/** Tells an orchestration that it holds all locks of a set. */
export const LOCKED: EntityResponse = { result: "Lock Acquisition Completed", isError: false };

/** Whether an answer says that the operation failed, and the JSON text of how. */
export function failureIn(responseInput: string | null): string | null {
  const value = parseJson(responseInput ?? "");
  if (!isRecord(value) || typeof value["exceptionType"] !== "string") return null;
  return typeof value["result"] === "string" ? value["result"] : "null";
}

/** What one execution asked of an entity, as the entity knows it again. */
export type AskedBefore = { execution: string; id: string; timestamp: string };

export type Release = {
  parent: string;
  /** The id of the request that asked for the lock. */
  id: string | null;
  /** What the holder asked of the entity last; null for what releases a lock at once. Ours: others do not write it, and pass it over. */
  after: AskedBefore | null;
};

export function releaseText({ parent, id, after }: Release): string {
  return JSON.stringify({ ...typeTag("ReleaseMessage"), ...releaseObject({ parent, id, after }) });
}

export function releaseObject({ parent, id, after }: Release): Record<string, unknown> {
  return { parent, id, ...(after === null ? {} : { after }) };
}

/** @returns null for what is not a release. */
export function parseRelease(value: unknown): Release | null {
  if (!isRecord(value) || typeof value["parent"] !== "string") return null;
  const { parent, id, after } = value;
  return { parent, id: typeof id === "string" ? id : null, after: parseAskedBefore(after) };
}

function parseAskedBefore(value: unknown): AskedBefore | null {
  if (!isRecord(value)) return null;
  const { execution, id, timestamp } = value;
  if (typeof execution !== "string" || typeof id !== "string" || typeof timestamp !== "string") return null;
  return isTimeOrNull(timestamp) ? { execution, id, timestamp } : null;
}

/** The `id` of a message's text; null where it has none. */
export function messageId(text: string | null): string | null {
  const value = parseJson(text ?? "");
  return isRecord(value) && typeof value["id"] === "string" ? value["id"] : null;
}

/** The names of EventRaised events that entities know. */
export const OPERATION_EVENT = "op";
export const RELEASE_EVENT = "release";
export const CONTINUE_EVENT = "continue";

/** The name of an operation for later; the time is UTC text with seven digits. */
export const delayedEvent = (due: string): string => `${OPERATION_EVENT}@${due}`;
export const isOperationEvent = (name: string): boolean => name.startsWith(OPERATION_EVENT);

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Anyone who may raise an event can send a request; one with a time that is not .NET's would fail its episode again and again. */
function isTimeOrNull(text: string | null): boolean {
  if (text === null) return true;
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z?$/.test(text) && !Number.isNaN(Date.parse(text));
}

function isEntityId(value: unknown): value is EntityId {
  return isRecord(value) && typeof value["name"] === "string" && typeof value["key"] === "string";
}

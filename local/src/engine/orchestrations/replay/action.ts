// The action list that the Node SDK returns from every call of an orchestrator: everything the code has scheduled since
// the execution started. Shapes as in durable-functions 3.5, lib/src/actions.

import { isRecord } from "@same-kit/shared";
import { type EntityId, parseEntityInstanceId, toInstanceId } from "../../messages/entity-id.ts";
import { ReplayFailure } from "./replay-failure.ts";
import { parseRetryPolicy, type RetryPolicy } from "./retry-policy.ts";

/**
 * Which SDK task an action belongs to. Only our own worker adds it (`taskTag`): a task that the app uses again in a
 * later `Task.any` is listed again but not scheduled again, and nothing else in the list distinguishes it from a
 * second, identical task. Without tags, a repeated listing counts as a new task, as on Azure.
 */
type TaskTag = number | null;

export type ActivityAction = {
  kind: "activity";
  tag: TaskTag;
  name: string;
  /** As the SDK wrote it: a string is the JSON text of the app's string. */
  input: unknown;
  retry: RetryPolicy | null;
  /** Where an accepted `callHttp` polls; only set for such a call. */
  pollsAt?: string;
};
export type SubOrchestrationAction = {
  kind: "sub-orchestration";
  tag: TaskTag;
  name: string;
  /** Blank or absent: the engine names the child. */
  instanceId: string | null;
  /** Absent: the hub's default version; an empty text is a version. */
  version: string | undefined;
  input: unknown;
  retry: RetryPolicy | null;
};
export type TimerAction = { kind: "timer"; tag: TaskTag; fireAt: string; isCanceled: boolean };
type ExternalEventAction = { kind: "external-event"; tag: TaskTag; name: string };
type CompoundAction = { kind: "when-all" | "when-any"; tag: TaskTag; children: TaskAction[] };
/** An operation of an entity whose result is awaited. */
export type EntityCallAction = { kind: "entity-call"; tag: TaskTag } & EntityOperation;
/** An operation whose result no one waits for. */
export type EntitySignalAction = { kind: "entity-signal"; fireAt: string | null } & EntityOperation;
type EntityOperation = { instanceId: string; operation: string; input: unknown };
/** The locks of a critical section: sorted by instance id, without duplicates, names in lower case. */
export type EntityLockAction = { kind: "entity-lock"; tag: TaskTag; lockSet: readonly EntityId[] };

/** The body of a `callHttp` in the SDK's format. */
export type HttpRequest = Record<string, unknown> & { uri: string; headers?: Record<string, unknown> };
export type HttpAction = { kind: "http"; tag: TaskTag; request: HttpRequest; polls: boolean };

/** An action that the code can wait for. */
export type TaskAction =
  | HttpAction
  | ActivityAction
  | SubOrchestrationAction
  | TimerAction
  | ExternalEventAction
  | EntityCallAction
  | EntityLockAction
  | CompoundAction;

export type Action =
  | TaskAction
  | EntitySignalAction
  /** Ends the critical section. */
  | { kind: "entity-release" }
  | { kind: "continue-as-new"; input: unknown };

const NAMES = [
  "CallActivity",
  "CallActivityWithRetry",
  "CallSubOrchestrator",
  "CallSubOrchestratorWithRetry",
  "ContinueAsNew",
  "CreateTimer",
  "WaitForExternalEvent",
  "CallEntity",
  "CallHttp",
  "SignalEntity",
  "ScheduledSignalEntity",
  "WhenAny",
  "WhenAll",
  "LockEntities",
  "ReleaseEntities",
] as const;
type ActionName = (typeof NAMES)[number];

/** @throws ReplayFailure if it is not one of the SDK's actions. */
export function parseAction(value: unknown): Action {
  const fields = isRecord(value) ? value : {};
  switch (actionName(fields["actionType"])) {
    case "CallActivity":
    case "CallActivityWithRetry":
      return activity(fields);
    case "CallSubOrchestrator":
    case "CallSubOrchestratorWithRetry":
      return subOrchestration(fields);
    case "ContinueAsNew":
      return { kind: "continue-as-new", input: fields["input"] };
    case "CreateTimer":
      return timer(fields);
    case "WaitForExternalEvent":
      return { kind: "external-event", tag: tagOf(fields), name: text(fields, "externalEventName") };
    case "WhenAny":
      return { kind: "when-any", tag: tagOf(fields), children: childrenOf(fields) };
    case "WhenAll":
      return { kind: "when-all", tag: tagOf(fields), children: childrenOf(fields) };
    case "CallHttp":
      return http(fields);
    case "CallEntity":
      return { kind: "entity-call", tag: tagOf(fields), ...operationOf(fields) };
    case "SignalEntity":
      return { kind: "entity-signal", fireAt: null, ...operationOf(fields) };
    case "ScheduledSignalEntity":
      return { kind: "entity-signal", fireAt: timeOf(fields), ...operationOf(fields) };
    case "LockEntities":
      return { kind: "entity-lock", tag: tagOf(fields), lockSet: lockSetOf(fields) };
    case "ReleaseEntities":
      return { kind: "entity-release" };
  }
}

/** The number, or the enum's name as written by .NET workers. */
function actionName(value: unknown): ActionName {
  const name = typeof value === "number" ? NAMES[value] : NAMES.find((it) => it === value);
  if (name !== undefined) return name;
  throw new ReplayFailure(`Received an unexpected action type from the out-of-proc function: '${String(value)}'.`);
}

function activity(fields: Record<string, unknown>): ActivityAction {
  return {
    kind: "activity",
    tag: tagOf(fields),
    name: text(fields, "functionName"),
    input: fields["input"],
    retry: retryOf(fields),
  };
}

function subOrchestration(fields: Record<string, unknown>): SubOrchestrationAction {
  const { instanceId, version } = fields;
  return {
    kind: "sub-orchestration",
    tag: tagOf(fields),
    name: text(fields, "functionName"),
    instanceId: typeof instanceId === "string" && instanceId.trim() !== "" ? instanceId : null,
    version: typeof version === "string" ? version : undefined,
    input: fields["input"],
    retry: retryOf(fields),
  };
}

function http(fields: Record<string, unknown>): HttpAction {
  const request: unknown = fields["httpRequest"];
  if (!isRecord(request) || typeof request["uri"] !== "string") {
    throw new ReplayFailure("An action of the kind CallHttp came without its request.");
  }
  const { uri, headers } = request;
  const known = { ...request, uri, ...(isRecord(headers) ? { headers } : { headers: {} }) };
  return { kind: "http", tag: tagOf(fields), request: known, polls: request["asynchronousPatternEnabled"] !== false };
}

function timer(fields: Record<string, unknown>): TimerAction {
  return { kind: "timer", tag: tagOf(fields), fireAt: timeOf(fields), isCanceled: fields["isCanceled"] === true };
}

function timeOf(fields: Record<string, unknown>): string {
  const fireAt = text(fields, "fireAt");
  if (Number.isNaN(Date.parse(fireAt))) throw new ReplayFailure(`A timer's time is not a date: '${fireAt}'.`);
  return fireAt;
}

function operationOf(fields: Record<string, unknown>): EntityOperation {
  const entity = parseEntityInstanceId(text(fields, "instanceId"));
  if (entity === null) throw new ReplayFailure(`'${text(fields, "instanceId")}' is not the id of an entity.`);
  return { instanceId: toInstanceId(entity), operation: String(fields["operation"] ?? ""), input: fields["input"] };
}

/** The extension validates it before anything is sent. */
function lockSetOf(fields: Record<string, unknown>): EntityId[] {
  const list: unknown = fields["lockSet"];
  if (!Array.isArray(list) || list.length === 0) {
    throw new ReplayFailure("A lock needs a non-empty LockSet of entities.");
  }
  const byInstanceId = new Map<string, EntityId>();
  for (const item of list) {
    const { name, key } = isRecord(item) ? item : {};
    if (typeof name !== "string" || name === "" || typeof key !== "string") {
      throw new ReplayFailure("Each entity of a lock needs a non-empty name and a non-null key.");
    }
    const entity = { name: name.toLowerCase(), key };
    byInstanceId.set(toInstanceId(entity), entity);
  }
  return [...byInstanceId.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entity]) => entity);
}

function childrenOf(fields: Record<string, unknown>): TaskAction[] {
  const list: unknown = fields["compoundActions"];
  const children = Array.isArray(list) ? list.map(parseAction) : [];
  return children.map((child) => {
    if (child.kind === "continue-as-new" || child.kind === "entity-signal" || child.kind === "entity-release") {
      throw new ReplayFailure(`An action of the kind ${child.kind} cannot be waited for.`);
    }
    return child;
  });
}

function retryOf(fields: Record<string, unknown>): RetryPolicy | null {
  return fields["retryOptions"] === undefined ? null : parseRetryPolicy(fields["retryOptions"]);
}

function tagOf(fields: Record<string, unknown>): TaskTag {
  return typeof fields["taskTag"] === "number" ? fields["taskTag"] : null;
}

function text(fields: Record<string, unknown>, name: string): string {
  const value = fields[name];
  if (typeof value === "string") return value;
  throw new ReplayFailure(`An action of type ${String(fields["actionType"])} came without its "${name}".`);
}

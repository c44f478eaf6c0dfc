// The action list that the Node SDK returns from every call of an orchestrator: everything the code has asked for since the
// execution began. Shapes as in durable-functions 3.5, lib/src/actions.

import { isRecord } from "@same-kit/shared";
import { ReplayFailure } from "./replay-failure.ts";
import { parseRetryPolicy, type RetryPolicy } from "./retry-policy.ts";

/**
 * Which SDK task an action belongs to. Only our own worker adds it (`taskTag`): a task that the app uses again in a later
 * `Task.any` is listed again but not scheduled again, and nothing else in the list tells it from a second task that looks the
 * same. Without tags a repeated listing counts as a new task, as on Azure.
 */
export type TaskTag = number | null;

export type ActivityAction = {
  kind: "activity";
  tag: TaskTag;
  name: string;
  /** As the SDK wrote it: a string is the JSON text of the app's string. */
  input: unknown;
  retry: RetryPolicy | null;
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
export type ExternalEventAction = { kind: "external-event"; tag: TaskTag; name: string };
export type CompoundAction = { kind: "when-all" | "when-any"; tag: TaskTag; children: TaskAction[] };
export type TaskAction = ActivityAction | SubOrchestrationAction | TimerAction | ExternalEventAction | CompoundAction;

export type Action =
  | TaskAction
  | { kind: "continue-as-new"; input: unknown }
  /** Known to the SDK, not to this engine; `feature` is what the app's author calls it. */
  | { kind: "unsupported"; feature: string };

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

/** @throws ReplayFailure for something that is not an action of the SDK's. */
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
      return { kind: "unsupported", feature: "callHttp" };
    case "CallEntity":
      return { kind: "unsupported", feature: "callEntity" };
    case "SignalEntity":
    case "ScheduledSignalEntity":
      return { kind: "unsupported", feature: "signalEntity" };
    case "LockEntities":
    case "ReleaseEntities":
      return { kind: "unsupported", feature: "entity locks" };
  }
}

/** The number, or the enum's name as .NET workers write it. */
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

function timer(fields: Record<string, unknown>): TimerAction {
  const fireAt = text(fields, "fireAt");
  if (Number.isNaN(Date.parse(fireAt))) throw new ReplayFailure(`A timer's time is not a date: '${fireAt}'.`);
  return { kind: "timer", tag: tagOf(fields), fireAt, isCanceled: fields["isCanceled"] === true };
}

function childrenOf(fields: Record<string, unknown>): TaskAction[] {
  const list: unknown = fields["compoundActions"];
  const children = Array.isArray(list) ? list.map(parseAction) : [];
  return children.map((child) => {
    if (child.kind === "unsupported") throw unsupportedFailure(child.feature);
    if (child.kind === "continue-as-new") throw new ReplayFailure("continueAsNew is no task to wait for.");
    return child;
  });
}

/** What an app reads that uses a feature this engine does not have. */
export function unsupportedFailure(feature: string): ReplayFailure {
  return new ReplayFailure(`The local host does not support ${feature} yet; it works on Azure only.`);
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

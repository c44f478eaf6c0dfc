import { checkColumns, type History } from "./check-history.ts";
import { type HubContents, isObject, parsed, type Report, type Row, text } from "./contents.ts";
import { STATUS_NAMES } from "./event-kinds.ts";
import { resolved } from "./large-payloads.ts";

const COLUMNS = {
  ExecutionId: "String",
  TaskHubName: "String",
  LastUpdatedTime: "DateTime",
  RuntimeStatus: "String",
  Name: "String",
  Version: "String",
  CreatedTime: "DateTime",
  Input: "String",
  InputBlobName: "String",
  TagsBlobName: "String",
  ScheduledStartTime: "DateTime",
  Generation: "Int32",
  Tags: "String",
  CustomStatus: "String",
  Output: "String",
  CompletedTime: "DateTime",
} as const;
const REQUIRED = ["ExecutionId", "TaskHubName", "LastUpdatedTime", "RuntimeStatus", "Name", "CreatedTime", "Tags"];
const TERMINAL = ["Completed", "Failed", "Terminated", "Canceled"];
/** The status that follows from the last of these events. */
const STATUS_OF: Readonly<Record<string, string>> = {
  ExecutionStarted: "Running",
  GenericEvent: "Running",
  ExecutionTerminated: "Terminated",
  ExecutionSuspended: "Suspended",
  ExecutionResumed: "Running",
};

/** Checks the row of one instance, and that it agrees with its history. */
export async function checkInstance(
  row: Row,
  history: History | undefined,
  hub: HubContents,
  report: Report,
): Promise<void> {
  const place = `instance ${row.partitionKey}`;
  if (row.rowKey !== "") report(place, `has the row key ${row.rowKey}`);
  checkColumns(row, COLUMNS, REQUIRED, { place, report });
  if (text(row, "TaskHubName") !== hub.hubName) report(place, `is of the hub ${text(row, "TaskHubName")}`);
  const status = text(row, "RuntimeStatus") ?? "";
  if (!STATUS_NAMES.includes(status)) report(place, `has the status ${status}`);
  if (TERMINAL.includes(status) && row.columns["CompletedTime"] === undefined) report(place, "has no CompletedTime");
  const tags = parsed(text(row, "Tags") ?? "");
  if (tags !== null && !isObject(tags)) report(place, `has the tags ${text(row, "Tags")}`);
  const isEntity = row.partitionKey.startsWith("@");
  if (history === undefined) {
    if (status !== "Pending" && status !== "Terminated") report(place, `is ${status} and has no history`);
    return;
  }
  if (row.columns["CustomStatus"] === undefined) report(place, "has no CustomStatus; none is the text null");
  if (text(row, "ExecutionId") !== history.executionId) report(place, "is of another execution than its history");
  await checkAgainstHistory(row, history, hub, report);
  if (isEntity) await checkEntity(row, history, hub, report);
}

async function checkAgainstHistory(row: Row, history: History, hub: HubContents, report: Report): Promise<void> {
  const place = `instance ${row.partitionKey}`;
  const started = history.rows.findIndex((it) => text(it, "EventType") === "ExecutionStarted");
  const input = await resolved(row, "Input", hub, report);
  if ((history.payloads[started]?.["Input"] ?? "") !== (input ?? ""))
    report(place, "has another input than its history");
  const changing = history.rows.findLastIndex((it) => {
    const type = text(it, "EventType") ?? "";
    const isRewound = text(it, "Reason")?.startsWith("Rewound: ") ?? false;
    return !isRewound && (type === "ExecutionCompleted" || STATUS_OF[type] !== undefined);
  });
  const last = history.rows[changing];
  const type = last === undefined ? "" : (text(last, "EventType") ?? "");
  const wanted = STATUS_OF[type] ?? (last === undefined ? undefined : text(last, "OrchestrationStatus"));
  // A rewind writes Pending before the instance continues.
  if (text(row, "RuntimeStatus") !== wanted)
    report(place, `is ${text(row, "RuntimeStatus")}, by its history ${wanted}`);
  if (type !== "ExecutionCompleted" || last === undefined) return;
  const output = (await resolved(row, "Output", hub, report)) ?? "";
  const failure = parsed(history.payloads[changing]?.["FailureDetails"] ?? text(last, "FailureDetails") ?? "null");
  const result = history.payloads[changing]?.["Result"] ?? "";
  const expected = isObject(failure) ? `${failure["ErrorType"]}: ${failure["ErrorMessage"]}` : result;
  if (output !== expected) report(place, "has another output than its history");
}

const STATE_TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  exists: (value) => value === true,
  state: (value) => typeof value === "string" && parsed(value) !== undefined,
  queue: (value) => Array.isArray(value) && value.length > 0 && value.every(isRequest),
  lockedBy: (value) => typeof value === "string",
  suspended: (value) => value === true,
  sorter: isSorter,
};
const ENTITY_STATUS: Readonly<Record<string, (value: unknown) => boolean>> = {
  entityExists: (value) => value === true,
  queueSize: (value) => typeof value === "number" && value > 0,
  lockedBy: (value) => typeof value === "string",
};

/** An idle entity: three events, its state as the input, and its public part as the custom status. */
async function checkEntity(row: Row, history: History, hub: HubContents, report: Report): Promise<void> {
  const place = `entity ${row.partitionKey}`;
  if (!/^@[^@]+@/.test(row.partitionKey)) report(place, "does not have the id of an entity");
  if (row.partitionKey !== text(row, "Name")) report(place, `has the name ${text(row, "Name")}`);
  const name = row.partitionKey.split("@")[1] ?? "";
  if (name !== name.toLowerCase()) report(place, "does not have its name in lower case");
  if (text(row, "RuntimeStatus") !== "Running") report(place, `is ${text(row, "RuntimeStatus")}`);
  const types = history.rows.map((it) => text(it, "EventType")).join(", ");
  if (types !== "OrchestratorStarted, ExecutionStarted, OrchestratorCompleted")
    report(place, `has the events ${types}`);
  const state = parsed((await resolved(row, "Input", hub, report)) ?? "");
  if (!isObject(state)) return report(place, "has a state that is not an object");
  if (state["sorter"] === undefined) report(place, "has a state without sorter");
  for (const [member, isRight] of Object.entries(STATE_TYPES)) {
    if (member in state && !isRight(state[member])) report(place, `has ${member} ${JSON.stringify(state[member])}`);
  }
  const status = parsed(text(row, "CustomStatus") ?? "");
  if (!isObject(status)) return report(place, "has a status that is not an object");
  for (const [member, value] of Object.entries(status)) {
    if (!ENTITY_STATUS[member]?.(value)) report(place, `has ${member} ${JSON.stringify(value)} in its status`);
  }
  if ("exists" in state !== "entityExists" in status) report(place, "exists by one of state and status alone");
  if (state["lockedBy"] !== status["lockedBy"]) report(place, "is locked by one of state and status alone");
}

function isSorter(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { LastSentToInstance = {}, ReceivedFromInstance = {}, ReceiveHorizon, SendHorizon } = value;
  if (!isObject(LastSentToInstance) || !isObject(ReceivedFromInstance)) return false;
  const horizons = [ReceiveHorizon, SendHorizon].filter((it) => it !== undefined);
  return (
    [...Object.values(LastSentToInstance), ...horizons].every(isJsonTime) &&
    Object.values(ReceivedFromInstance).every((it) => isObject(it) && isJsonTime(it["Last"]))
  );
}

/** A time as Newtonsoft.Json writes it: 100 ns, no trailing zeros; without a zone only if it was never set. */
export function isJsonTime(value: unknown): boolean {
  if (value === "0001-01-01T00:00:00") return true;
  return typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,6}[1-9])?Z$/.test(value);
}

/** Names and order of the properties of an entity request; the ID has to be among the first. */
export function isRequest(value: unknown): boolean {
  if (!isObject(value)) return false;
  const before = Object.keys(value).slice(0, Object.keys(value).indexOf("id"));
  return (
    "op" in value &&
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(String(value["id"])) &&
    before.every((it) => ["$type", "op", "signal", "input"].includes(it)) &&
    ["Timestamp", "Predecessor", "due"].every((it) => (it === "due" && !(it in value)) || isJsonTime(value[it]))
  );
}

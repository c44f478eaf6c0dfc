import { type HubContents, isObject, parsed, type Report, type Row, text } from "./contents.ts";
import { EVENT_KINDS, type EventKind, type MemberType, membersOf, STATUS_NAMES } from "./event-kinds.ts";
import { spilled, VARIABLE_SIZE } from "./large-payloads.ts";

/** The live rows of one instance, with large properties restored. */
export type History = { executionId: string; rows: readonly Row[]; payloads: readonly Record<string, string>[] };

const SENTINEL = { ExecutionId: "String", IsCheckpointComplete: "Boolean", CheckpointCompletedTimestamp: "DateTime" };
const BASE = {
  ExecutionId: "String",
  EventType: "String",
  EventId: "Int32",
  IsPlayed: "Boolean",
  _Timestamp: "DateTime",
} as const;

/** Checks all rows of one instance. @returns undefined if they cannot be checked. */
export async function checkHistory(
  rows: readonly Row[],
  hub: HubContents,
  report: Report,
): Promise<History | undefined> {
  const place = `history of ${rows[0]?.partitionKey}`;
  const sentinel = rows.find(({ rowKey }) => rowKey === "sentinel");
  if (sentinel === undefined) {
    report(place, "there is no sentinel row");
    return undefined;
  }
  checkColumns(sentinel, SENTINEL, Object.keys(SENTINEL), { place: `${place}, sentinel`, report });
  if (text(sentinel, "IsCheckpointComplete") !== "true") report(place, "its last checkpoint is not complete");
  const executionId = text(sentinel, "ExecutionId") ?? "";
  if (!/^[0-9a-f]{32}$/.test(executionId)) report(place, `${executionId} is not the id of an execution`);
  const events = rows.filter(({ rowKey }) => rowKey !== "sentinel").toSorted((a, b) => (a.rowKey < b.rowKey ? -1 : 1));
  const end = events.findIndex((row) => text(row, "ExecutionId") !== executionId);
  const live = end === -1 ? events : events.slice(0, end);
  if (events.slice(live.length).some((row) => text(row, "ExecutionId") === executionId)) {
    report(place, "rows of another execution are among the live ones");
  }
  const payloads = await Promise.all(live.map((row, index) => checkEventRow(row, index, hub, report)));
  checkOrder(live, place, report);
  checkNumbers(live, place, report);
  return { executionId, rows: live, payloads };
}

async function checkEventRow(
  row: Row,
  index: number,
  hub: HubContents,
  report: Report,
): Promise<Record<string, string>> {
  const type = text(row, "EventType") ?? "";
  const place = `history of ${row.partitionKey}, row ${row.rowKey} (${type})`;
  if (row.rowKey !== index.toString(16).toUpperCase().padStart(16, "0"))
    report(place, `is not the key of event ${index}`);
  const kind = EVENT_KINDS[type];
  if (kind === undefined) {
    report(place, "is not an event");
    return {};
  }
  const members = membersOf(kind);
  const isRewound = text(row, "Reason")?.startsWith("Rewound: ") ?? false;
  const payloads: Record<string, string> = {};
  for (const property of VARIABLE_SIZE.filter((it) => it in members)) {
    const value = await spilled(row, { property, place, kind: type }, hub, report);
    if (value !== undefined) payloads[property] = value;
  }
  // A row removed by a rewind keeps the columns of its former event.
  if (isRewound) return payloads;
  const allowed: Record<string, MemberType> = { ...BASE, ...members };
  for (const property of VARIABLE_SIZE.filter((it) => it in members)) allowed[`${property}BlobName`] = "String";
  const required = Object.keys(members).filter((it) => !kind.optional.includes(it) || members[it] === "json");
  checkColumns(row, allowed, [...Object.keys(BASE), ...required], { place, report });
  checkRole(row, kind, place, report);
  for (const [name, type] of Object.entries(members)) {
    if (type === "json")
      checkJson(payloads[name] ?? text(row, name), { place: `${place}, ${name}`, kind, name, report });
  }
  return payloads;
}

/** @param allowed - No other columns may exist. */
export function checkColumns(
  row: Row,
  allowed: Readonly<Record<string, string>>,
  required: readonly string[],
  { place, report }: { place: string; report: Report },
): void {
  for (const [name, { type, value }] of Object.entries(row.columns)) {
    const wanted = allowed[name];
    if (wanted === undefined) report(place, `has the column ${name}`);
    else if (type !== edmOf(wanted)) report(place, `${name} is an ${type}, not an ${edmOf(wanted)}`);
    else if (type === "DateTime" && !value.endsWith("Z")) report(place, `${name} is not in UTC`);
    if (wanted === "status" && !STATUS_NAMES.includes(value)) report(place, `${name} is ${value}`);
  }
  for (const name of required) if (row.columns[name] === undefined) report(place, `has no column ${name}`);
}

const edmOf = (type: string): string => (type === "json" || type === "status" ? "String" : type);

function checkJson(
  value: string | undefined,
  { place, kind, name, report }: { place: string; kind: EventKind; name: string; report: Report },
): void {
  const json = value === undefined ? undefined : parsed(value);
  if (json === undefined) report(place, "is not JSON");
  else if (json === null) {
    if (!kind.optional.includes(name)) report(place, "is null");
  } else if (!isObject(json)) report(place, "is not an object");
  else if (JSON.stringify(json).includes('"$type"')) report(place, "has a $type, which rows do not have");
}

function checkRole(row: Row, { role }: EventKind, place: string, report: Report): void {
  const id = Number(text(row, "EventId"));
  if (role === "action" ? id < 0 : id !== -1) report(place, `has the event id ${id}`);
  const isPlayed = text(row, "IsPlayed") === "true";
  if (isPlayed !== (role === "inbound")) report(place, `has IsPlayed ${isPlayed}`);
}

/** Consecutive episodes: each begins and ends with its mark, and the first one contains the start. */
function checkOrder(rows: readonly Row[], place: string, report: Report): void {
  const types = rows.map((row) => text(row, "EventType") ?? "");
  if (types[0] !== "OrchestratorStarted" || types[1] !== "ExecutionStarted") {
    report(place, `begins with ${types.slice(0, 2).join(", ")}`);
  }
  if (types.at(-1) !== "OrchestratorCompleted") report(place, `ends with ${types.at(-1)}`);
  if (types.filter((it) => it === "ExecutionStarted").length !== 1) report(place, "has not one ExecutionStarted");
  const completed = types.indexOf("ExecutionCompleted");
  if (completed !== -1 && completed !== types.length - 2) report(place, "goes on after ExecutionCompleted");
}

/** Each action has its own number, and each reply has the number of an action of its kind. */
function checkNumbers(rows: readonly Row[], place: string, report: Report): void {
  const live = rows.filter((row) => !text(row, "Reason")?.startsWith("Rewound: "));
  const isOf = (kind: string) => (row: Row) => text(row, "EventType") === kind;
  const actions = rows.filter((row) => EVENT_KINDS[text(row, "EventType") ?? ""]?.role === "action");
  const ids = actions.map((row) => text(row, "EventId"));
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  if (twice.length > 0) report(place, `two actions have the number ${twice.join(", ")}`);
  for (const row of live) {
    const answers = EVENT_KINDS[text(row, "EventType") ?? ""]?.answers;
    if (answers === undefined) continue;
    const id = text(row, answers.by);
    const isKnown = rows.filter(isOf(answers.kind)).some((it) => text(it, "EventId") === id);
    if (!isKnown) report(place, `row ${row.rowKey} answers ${answers.kind} ${id}, which is not there`);
  }
}

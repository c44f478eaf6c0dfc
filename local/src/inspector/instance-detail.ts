import { isRecord } from "@same-kit/shared";
import { jsonOrText } from "../shared/json-or-text.ts";
import type { HistoryItem, InstanceDetail } from "./api.ts";
import { textOf, toSummary } from "./instance-summary.ts";
import type { ApiObject } from "./management-api.ts";
import { toPayload } from "./payload.ts";

/** Text members of a history item: the API's names and ours. */
const TEXTS = [
  ["ScheduledTime", "scheduledAt"],
  ["FunctionName", "functionName"],
  // The content of a `GenericEvent`, for example the reason of a rewind.
  ["Data", "name"],
  ["Name", "name"],
  ["InstanceId", "instanceId"],
  ["FireAt", "fireAt"],
  ["Reason", "reason"],
  ["OrchestrationStatus", "status"],
] as const;

const PAYLOADS = [
  ["Input", "input"],
  ["Result", "result"],
  ["Details", "details"],
] as const;

/** @returns null if it is not an orchestration. */
export function toDetail(item: ApiObject): InstanceDetail | null {
  const summary = toSummary(item);
  if (summary === null) return null;
  return {
    ...summary,
    version: textOf(item, "version") || null,
    input: toPayload(item["input"], "input"),
    output: toPayload(item["output"], "output"),
    customStatus: toPayload(item["customStatus"], "customStatus"),
    history: historyOf(item).map(toHistoryItem),
  };
}

/** The value at a {@link toPayload} path, such as `output` or `history.17.Result`; undefined if there is none. */
export function findPayload(item: ApiObject, path: string): unknown {
  const [head = "", index, member = ""] = path.split(".");
  if (head !== "history") return ["input", "output", "customStatus"].includes(head) ? item[head] : undefined;
  const event = historyOf(item)[Number(index)] ?? {};
  return Object.hasOwn(event, member) ? storedValue(event, member) : undefined;
}

function historyOf(item: ApiObject): ApiObject[] {
  const events = item["historyEvents"];
  return Array.isArray(events) ? events.filter(isRecord) : [];
}

function toHistoryItem(event: ApiObject, index: number): HistoryItem {
  const texts = TEXTS.flatMap(([theirs, ours]) =>
    textOf(event, theirs) === "" ? [] : [[ours, textOf(event, theirs)]],
  );
  const payloads = PAYLOADS.flatMap(([theirs, ours]) =>
    event[theirs] === undefined || event[theirs] === null
      ? []
      : [[ours, toPayload(storedValue(event, theirs), `history.${index}.${theirs}`)]],
  );
  return {
    type: textOf(event, "EventType"),
    at: textOf(event, "Timestamp"),
    ...Object.fromEntries([...texts, ...payloads]),
  };
}

/** The API returns results as values, but inputs and details as the JSON text stored in the history. */
function storedValue(event: ApiObject, member: string): unknown {
  const value = event[member];
  return typeof value === "string" && member !== "Result" ? jsonOrText(value) : value;
}

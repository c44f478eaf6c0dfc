import { isJsonTime, isRequest } from "./check-instances.ts";
import { type HubContents, isObject, parsed, type Report } from "./contents.ts";
import { EVENT_KINDS, type MemberType, membersOf } from "./event-kinds.ts";
import { unzipped } from "./large-payloads.ts";

/** 45 KiB of UTF-8. */
const MAX_BYTES = 46_080;
const EVENT_TYPE = "DurableTask.Core.History.";
const ENVELOPE = [
  "$type",
  "ActivityId",
  "TaskMessage",
  "CompressedBlobName",
  "SequenceNumber",
  "Episode",
  "Sender",
  "SerializableTraceContext",
];
const TASK_MESSAGE = ["$type", "Event", "SequenceNumber", "OrchestrationInstance", "OrchestrationExecutionContext"];
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const EXECUTION_ID = /^[0-9a-f]{32}$/;
/** These are for the current execution, whichever it is; all others are for a specific one. */
const FOR_ANY_EXECUTION = [
  "EventRaised",
  "ExecutionTerminated",
  "ExecutionSuspended",
  "ExecutionResumed",
  "GenericEvent",
];

/** Checks one message as stored in `queueName`. */
export async function checkMessage(body: string, queueName: string, hub: HubContents, report: Report): Promise<void> {
  const place = `message in ${queueName}`;
  if (!body.startsWith("{")) return report(place, "does not begin with {");
  if (Buffer.byteLength(body) > MAX_BYTES) report(place, "is longer than 45 KiB");
  const envelope = parsed(body);
  if (!isObject(envelope)) return report(place, "is not an object");
  const blobName = envelope["CompressedBlobName"];
  if (typeof blobName !== "string") return void checkEnvelope(envelope, { place, queueName, hub, report });
  if (envelope["TaskMessage"] !== null) report(place, "has a message beside the name of a blob");
  const content = await unzipped(blobName, hub);
  const inner = content === undefined ? undefined : parsed(content);
  if (content === undefined || !isObject(inner)) return report(place, `the blob ${blobName} cannot be read`);
  if (Buffer.byteLength(content) <= MAX_BYTES) report(place, "is short and in a blob");
  const { InstanceId, type } = checkEnvelope(inner, { place: `${place}, in a blob`, queueName, hub, report }) ?? {};
  const activityId = String(inner["ActivityId"]).replaceAll("-", "");
  const wanted = `${InstanceId}/message-${activityId}-${type}.json.gz`;
  if (blobName !== wanted) report(place, `is in the blob ${blobName}, not ${wanted}`);
}

type Place = { place: string; queueName: string; hub: HubContents; report: Report };

function checkEnvelope(
  envelope: Record<string, unknown>,
  { place, queueName, hub, report }: Place,
): { InstanceId: string; type: string } | undefined {
  checkOrder(envelope, ENVELOPE, place, report);
  checkType(envelope, "DurableTask.AzureStorage.MessageData", place, report);
  if (!GUID.test(String(envelope["ActivityId"]))) report(place, `has the activity id ${envelope["ActivityId"]}`);
  if (!Number.isInteger(envelope["SequenceNumber"])) report(place, "has no sequence number");
  const sender = envelope["Sender"];
  const isSender = isObject(sender) && Object.keys(sender).join() === "InstanceId,ExecutionId";
  if (!isSender || Object.values(sender).some((it) => typeof it !== "string")) report(place, "has no whole sender");
  const message = envelope["TaskMessage"];
  if (!isObject(message)) return void report(place, "has no task message");
  checkOrder(message, TASK_MESSAGE, place, report);
  checkType(message, "DurableTask.Core.TaskMessage", place, report);
  const target = message["OrchestrationInstance"];
  if (!isObject(target) || typeof target["InstanceId"] !== "string") return void report(place, "has no target");
  checkType(target, "DurableTask.Core.OrchestrationInstance", place, report);
  const event = message["Event"];
  if (!isObject(event)) return void report(place, "has no event");
  const type = checkEvent(event, place, report);
  const kind = EVENT_KINDS[type];
  if (kind === undefined) return undefined;
  const { InstanceId, ExecutionId } = target;
  const isReplyOfEntity = type === "EventRaised" && isObject(sender) && String(sender["InstanceId"]).startsWith("@");
  const isToEntity = InstanceId.startsWith("@");
  const isForAny = FOR_ANY_EXECUTION.includes(type) && !(isReplyOfEntity && !isToEntity);
  if (isForAny ? ExecutionId !== null : !EXECUTION_ID.test(String(ExecutionId))) {
    report(place, `(${type}) has the target execution ${ExecutionId}`);
  }
  const hash = String(fnv1a(InstanceId) % hub.partitionCount).padStart(2, "0");
  const lower = hub.hubName.toLowerCase();
  const wanted = kind.queue === "workitems" ? `${lower}-workitems` : `${lower}-control-${hash}`;
  if (queueName !== wanted) report(place, `(${type}) belongs into ${wanted}`);
  if (isToEntity && type === "EventRaised") checkEntityMessage(event, place, report);
  return { InstanceId, type };
}

function checkEvent(event: Record<string, unknown>, place: string, report: Report): string {
  const name = String(event["$type"]);
  const type = name.slice(EVENT_TYPE.length).replace(/Event$/, "");
  // GenericEvent is the only event whose class is named after its type.
  const [found, kind] = Object.entries(EVENT_KINDS).find(([it]) => it === type || it === `${type}Event`) ?? [];
  if (found === undefined || kind === undefined || !name.startsWith(EVENT_TYPE)) {
    report(place, `has an event of the type ${name}`);
    return "";
  }
  const at = `${place} (${found})`;
  if (kind.queue === undefined) report(at, "is never sent");
  if (event["EventType"] !== kind.number) report(at, `has the number ${event["EventType"]}`);
  const members = membersOf(kind);
  const order = [
    "$type",
    ...Object.keys(kind.fields ?? {}),
    "EventType",
    ...Object.keys(kind.properties),
    "EventId",
    "IsPlayed",
    "Timestamp",
  ];
  if (Object.keys(event).join() !== order.join()) report(at, `has the members ${Object.keys(event).join()}`);
  for (const [member, memberType] of Object.entries(members)) {
    const value = event[member];
    if (value === null && kind.optional.includes(member)) continue;
    if (!isOf(value, memberType)) report(at, `has ${member} ${JSON.stringify(value)}`);
    // A map of strings has no type name.
    if (isObject(value) && member !== "Tags" && Object.keys(value)[0] !== "$type")
      report(at, `has ${member} without $type`);
  }
  const isReplyOrStart = kind.queue === "control";
  if (isReplyOrStart ? event["EventId"] !== -1 : !(Number(event["EventId"]) >= 0)) {
    report(at, `has the event id ${event["EventId"]}`);
  }
  if (event["IsPlayed"] !== false) report(at, "has been played");
  if (!isJsonTime(event["Timestamp"])) report(at, `has the time ${event["Timestamp"]}`);
  if (found === "TaskScheduled") {
    const args = parsed(String(event["Input"]));
    if (!Array.isArray(args) || args.length !== 1) report(at, "does not have one argument in a list");
  }
  return found;
}

function isOf(value: unknown, type: MemberType): boolean {
  switch (type) {
    case "String":
      return typeof value === "string";
    case "Int32":
      return Number.isInteger(value);
    case "Boolean":
      return typeof value === "boolean";
    case "DateTime":
      return isJsonTime(value);
    case "status":
      return Number.isInteger(value);
    case "json":
      return isObject(value);
  }
}

function checkEntityMessage(event: Record<string, unknown>, place: string, report: Report): void {
  const name = String(event["Name"]);
  const input = parsed(String(event["Input"]));
  if (/^op(@\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z)?$/.test(name)) {
    if (!isRequest(input)) report(place, `asks an entity for ${event["Input"]}`);
  } else if (name === "release") {
    if (!isObject(input) || typeof input["parent"] !== "string") report(place, "releases a lock of nobody");
  } else if (name !== "continue") report(place, `tells an entity ${name}`);
}

function checkOrder(value: Record<string, unknown>, order: readonly string[], place: string, report: Report): void {
  const members = Object.keys(value);
  const known = order.filter((it) => members.includes(it));
  if (members.join() !== known.join()) report(place, `has the members ${members.join()}`);
}

function checkType(value: Record<string, unknown>, type: string, place: string, report: Report): void {
  if (value["$type"] !== type) report(place, `has the type ${value["$type"]}, not ${type}`);
}

/** 32 bits, over UTF-8. */
export function fnv1a(value: string): number {
  return Buffer.from(value, "utf8").reduce((hash, byte) => Math.imul(hash ^ byte, 16_777_619) >>> 0, 2_166_136_261);
}

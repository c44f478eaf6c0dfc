// The queue envelope in Newtonsoft.Json's format: every object except `Sender` starts with its `$type`, nulls are
// written, enums are numbers. Source: Azure/durabletask, DurableTask.AzureStorage/MessageManager.cs and MessageData.cs.

import { jsonTime } from "../../shared/json-time.ts";
import { EVENT_MEMBERS, eventTypeName } from "../history/event-members.ts";
import { EventType, type HistoryEvent } from "../history/events.ts";
import type { MessageData, TaskMessage } from "./message-data.ts";

type Json = Record<string, unknown>;

const STRING_MAP =
  "System.Collections.Generic.Dictionary`2[[System.String, System.Private.CoreLib],[System.String, System.Private.CoreLib]]";
const EMPTY_GUID = "00000000-0000-0000-0000-000000000000";
const UNSET_TIME = "0001-01-01T00:00:00";

/** Encodes the envelope as JSON text, with the members in .NET's order. */
export function encodeMessage(data: MessageData): string {
  const envelope: Json = {
    $type: "DurableTask.AzureStorage.MessageData",
    ActivityId: data.ActivityId,
    TaskMessage: taskMessageToJson(data.TaskMessage),
    CompressedBlobName: null,
    SequenceNumber: data.SequenceNumber,
    ...(data.Episode === undefined ? {} : { Episode: data.Episode }),
    Sender: { InstanceId: data.Sender.InstanceId, ExecutionId: data.Sender.ExecutionId },
    SerializableTraceContext: null,
  };
  // The queue's XML cannot represent these two characters; JSON already escapes all others that it cannot.
  return JSON.stringify(envelope).replace(/[\ufffe\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16)}`);
}

/** The envelope that only names the blob of the real one. */
export function encodeBlobReference(blobName: string): string {
  return JSON.stringify({
    $type: "DurableTask.AzureStorage.MessageData",
    ActivityId: EMPTY_GUID,
    TaskMessage: null,
    CompressedBlobName: blobName,
    SequenceNumber: 0,
    SerializableTraceContext: null,
  });
}

/**
 * The blob name of a large message. As in the extension, the instance id is raw here but escaped in names of history
 * blobs.
 */
export function messageBlobName({ ActivityId, TaskMessage: { Event, OrchestrationInstance } }: MessageData): string {
  const id = ActivityId.replaceAll("-", "");
  return `${OrchestrationInstance.InstanceId}/message-${id}-${eventTypeName(Event.EventType)}.json.gz`;
}

type DecodedMessage = { kind: "message"; data: MessageData } | { kind: "in-blob"; blobName: string };

/**
 * @param text - A queue message's body: JSON, or Base64-encoded JSON as written by 1.x hosts.
 * @throws Error for anything else.
 */
export function decodeMessage(text: string): DecodedMessage {
  const json = text.startsWith("{") ? text : Buffer.from(text, "base64").toString("utf8");
  const envelope = withoutTypes(JSON.parse(json)) as Json;
  const blobName = envelope["CompressedBlobName"];
  if (typeof blobName === "string" && blobName !== "") return { kind: "in-blob", blobName };
  const taskMessage = envelope["TaskMessage"] as TaskMessage | null;
  if (taskMessage === null || typeof taskMessage?.Event?.EventType !== "number") {
    throw new Error("The queue message contains no history event.");
  }
  const sender = (envelope["Sender"] ?? {}) as Partial<MessageData["Sender"]>;
  const data: MessageData = {
    ActivityId: String(envelope["ActivityId"] ?? EMPTY_GUID),
    TaskMessage: { ...taskMessage, Event: completeEvent(taskMessage.Event) },
    SequenceNumber: Number(envelope["SequenceNumber"] ?? 0),
    Sender: { InstanceId: sender.InstanceId ?? "", ExecutionId: sender.ExecutionId ?? "" },
  };
  if (typeof envelope["Episode"] === "number") data.Episode = envelope["Episode"];
  return { kind: "message", data };
}

function taskMessageToJson(message: TaskMessage): Json {
  const context = message.OrchestrationExecutionContext;
  return {
    $type: "DurableTask.Core.TaskMessage",
    Event: eventToJson(message.Event),
    SequenceNumber: message.SequenceNumber,
    OrchestrationInstance: instanceToJson(message.OrchestrationInstance),
    OrchestrationExecutionContext: context && {
      $type: "DurableTask.Core.OrchestrationExecutionContext",
      OrchestrationTags: { $type: STRING_MAP, ...context.OrchestrationTags },
    },
  };
}

function eventToJson(event: HistoryEvent): Json {
  const members = EVENT_MEMBERS[eventTypeName(event.EventType)];
  if (members === undefined) throw new Error(`Events of type ${event.EventType} are never sent.`);
  const source = event as unknown as Json;
  const json: Json = { $type: `DurableTask.Core.History.${members.className}` };
  for (const member of Object.keys(members.fields)) json[member] = memberToJson(member, source[member]);
  json["EventType"] = event.EventType;
  for (const member of Object.keys(members.properties)) json[member] = memberToJson(member, source[member]);
  json["EventId"] = event.EventId;
  json["IsPlayed"] = event.IsPlayed;
  json["Timestamp"] = jsonTime(event.Timestamp);
  return json;
}

function memberToJson(name: string, value: unknown): unknown {
  if (value === undefined) return name === "GenerateNewTrace" ? false : null;
  if (name === "FireAt" || name === "ScheduledStartTime") return value === null ? null : jsonTime(String(value));
  if (value === null || typeof value !== "object") return value;
  switch (name) {
    case "OrchestrationInstance":
      return instanceToJson(value as TaskMessage["OrchestrationInstance"]);
    case "ParentInstance": {
      const parent = value as Json;
      const instance = instanceToJson(parent["OrchestrationInstance"] as TaskMessage["OrchestrationInstance"]);
      return { $type: "DurableTask.Core.ParentInstance", ...parent, OrchestrationInstance: instance };
    }
    case "ParentTraceContext":
      return { $type: "DurableTask.Core.Tracing.DistributedTraceContext", ...value };
    case "FailureDetails":
      return failureToJson(value as Json);
    case "Tags":
      return { $type: STRING_MAP, ...value };
    default:
      return value;
  }
}

function instanceToJson({ InstanceId, ExecutionId }: TaskMessage["OrchestrationInstance"]): Json {
  return { $type: "DurableTask.Core.OrchestrationInstance", InstanceId, ExecutionId };
}

function failureToJson(failure: Json): Json {
  const inner = failure["InnerFailure"] as Json | null;
  return { $type: "DurableTask.Core.FailureDetails", ...failure, InnerFailure: inner && failureToJson(inner) };
}

/** Adds members unknown to an older sender as null, so that an event always has all its members. */
function completeEvent(event: HistoryEvent): HistoryEvent {
  const members = EVENT_MEMBERS[eventTypeName(event.EventType)];
  if (members === undefined) {
    // ExecutionRewound, from a newer host, or a type that no host sends.
    throw new Error(`The queue message contains an event of the unknown type ${event.EventType}.`);
  }
  const source = event as unknown as Json;
  const complete: Json = {};
  for (const name of Object.keys({ ...members.fields, ...members.properties })) complete[name] = source[name] ?? null;
  const { EventType: type, EventId = -1, IsPlayed = false, Timestamp = UNSET_TIME } = event;
  if (type === EventType.ExecutionStarted) complete["GenerateNewTrace"] = source["GenerateNewTrace"] ?? false;
  return { ...complete, EventType: type, EventId, IsPlayed, Timestamp } as unknown as HistoryEvent;
}

function withoutTypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTypes);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([name]) => name !== "$type");
  return Object.fromEntries(entries.map(([name, inner]) => [name, withoutTypes(inner)]));
}

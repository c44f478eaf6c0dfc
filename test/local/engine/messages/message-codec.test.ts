import { describe, expect, test } from "vitest";
import {
  decodeMessage,
  encodeBlobReference,
  encodeMessage,
} from "../../../../local/src/engine/messages/message-codec.ts";
import type { MessageData } from "../../../../local/src/engine/messages/message-data.ts";
// One message of each kind as DurableTask.AzureStorage puts it on the wire.
import wire from "../../../fixtures/task-hub/queue-messages.json" with { type: "json" };

const { "reference to a blob": reference, ExecutionRewound: unknown, ...messages } = wire;

function decode(text: string): MessageData {
  const decoded = decodeMessage(text);
  if (decoded.kind !== "message") throw new Error("It is a reference.");
  return decoded.data;
}

test.each(Object.entries(messages))("%s is written exactly as .NET writes it", (_, text) => {
  expect(encodeMessage(decode(text))).toBe(text);
});

test.each(Object.entries(messages))("%s is read without type names", (_, text) => {
  const data = decode(text);
  expect(
    JSON.stringify({ ...data, TaskMessage: { ...data.TaskMessage, Event: { ...data.TaskMessage.Event, Input: "" } } }),
  ).not.toContain("DurableTask.");
});

describe("reading", () => {
  test("a Base64 body, as 1.x hosts write it, is decoded to the same message", () => {
    const text = messages.TaskCompleted;
    expect(decode(Buffer.from(text, "utf8").toString("base64"))).toEqual(decode(text));
  });

  test("a reference is decoded to the name of its blob", () => {
    const blobName = "abc/message-0b8a5c0e6f0d4a399c832f1f0f6d8c11-ExecutionStarted.json.gz";
    expect(decodeMessage(reference)).toEqual({ kind: "in-blob", blobName });
    expect(encodeBlobReference(blobName)).toBe(reference);
  });

  test("properties missing from an older sender's message are null", () => {
    const text = messages.TaskScheduled.replace('"ParentTraceContext":null,"Tags":null,', "");
    expect(decode(text).TaskMessage.Event).toMatchObject({ ParentTraceContext: null, Tags: null, EventId: 0 });
  });

  test("timestamps keep their ticks", () => {
    expect(decode(messages.ExecutionStarted).TaskMessage.Event.Timestamp).toBe("2026-06-24T14:02:11.1234567Z");
  });

  test("properties of a failure may contain lists and objects", () => {
    const details = { ErrorType: "E", ErrorMessage: "m", StackTrace: null, InnerFailure: null, IsNonRetriable: false };
    const Properties = { $type: "Dictionary", list: [1, { $type: "T", a: "b" }], none: null };
    const FailureDetails = JSON.stringify({ ...details, Properties });
    const text = messages.TaskFailed.replace('"FailureDetails":null', `"FailureDetails":${FailureDetails}`);
    expect(decode(text).TaskMessage.Event).toMatchObject({
      FailureDetails: { ...details, Properties: { list: [1, { a: "b" }], none: null } },
    });
  });

  test("only a start says whether it begins a new trace, by default not", () => {
    const start = messages.ExecutionStarted.replace(/,"GenerateNewTrace":false/, "");
    expect(start).not.toBe(messages.ExecutionStarted);
    expect(decode(start).TaskMessage.Event).toMatchObject({ GenerateNewTrace: false });
    expect(decode(messages.TaskCompleted).TaskMessage.Event).not.toHaveProperty("GenerateNewTrace");
  });

  test("a message that is in no blob, and of no episode, is one of a client", () => {
    const text = messages.TaskCompleted.replace('"CompressedBlobName":null', '"CompressedBlobName":""').replace(
      /"Episode":\d+,/,
      "",
    );
    expect(decode(text)).not.toHaveProperty("Episode");
  });

  test.each([
    ["an event type that only newer hosts know", unknown, /event of the unknown type \d+/],
    ["an empty object", "{}", "no history event"],
    ["a message without content", '{"TaskMessage":null}', "no history event"],
    ["a message without an event", '{"TaskMessage":{}}', "no history event"],
    ["an event without a type", '{"TaskMessage":{"Event":{}}}', "no history event"],
    ["neither JSON nor Base64", "???", "JSON"],
  ])("%s is an error", (_, text, message) => {
    expect(() => decodeMessage(text)).toThrow(message);
  });
});

test("an event that no queue carries is not written", () => {
  const data = decode(messages.EventRaised);
  Object.assign(data.TaskMessage.Event, { EventType: 99 });
  expect(() => encodeMessage(data)).toThrow("never sent");
});

test("the time of a delayed start is written as .NET writes times", () => {
  const data = decode(messages.ExecutionStarted);
  Object.assign(data.TaskMessage.Event, { ScheduledStartTime: "2026-06-25T00:00:00.5000000Z" });
  expect(encodeMessage(data)).toContain('"ScheduledStartTime":"2026-06-25T00:00:00.5Z"');
});

test("characters that XML cannot represent are escaped", () => {
  const data = decode(messages.EventRaised);
  Object.assign(data.TaskMessage.Event, { Input: "\u0000\uffff\ufffe\ud800é" });
  const text = encodeMessage(data);
  expect(text).toContain(String.raw`"Input":"\u0000\uffff\ufffe\ud800é"`);
  expect(decode(text)).toEqual(data);
});

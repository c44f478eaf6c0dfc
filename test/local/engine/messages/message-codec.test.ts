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

  test.each([
    ["an event type that only newer hosts know", unknown],
    ["something that is not a message", JSON.stringify({ TaskMessage: { Event: {} } })],
    ["neither JSON nor Base64", "???"],
  ])("%s is an error", (_, text) => {
    expect(() => decodeMessage(text)).toThrow();
  });
});

test("characters that XML cannot represent are escaped", () => {
  const data = decode(messages.EventRaised);
  Object.assign(data.TaskMessage.Event, { Input: "\u0000\uffff\ufffe\ud800é" });
  const text = encodeMessage(data);
  expect(text).toContain(String.raw`"Input":"\u0000\uffff\ufffe\ud800é"`);
  expect(decode(text)).toEqual(data);
});

import { expect, test } from "vitest";
import { queueSettings } from "../../../../local/src/bindings/queues/queue-settings.ts";

test("the default settings are those of the extension in development", () => {
  expect(queueSettings({})).toEqual({
    batchSize: 16,
    newBatchThreshold: 8,
    visibilityTimeoutMs: 0,
    maxDequeueCount: 5,
    maxPollingIntervalMs: 2_000,
    isPlain: false,
  });
});

test("settings are read case-insensitively, and times as time spans or milliseconds", () => {
  const queues = {
    BatchSize: 4,
    newBatchThreshold: 0,
    VisibilityTimeout: "00:00:30",
    maxDequeueCount: 1,
    maxPollingInterval: 500,
    messageEncoding: "None",
  };
  expect(queueSettings({ queues })).toEqual({
    batchSize: 4,
    newBatchThreshold: 0,
    visibilityTimeoutMs: 30_000,
    maxDequeueCount: 1,
    maxPollingIntervalMs: 500,
    isPlain: true,
  });
});

test.each([
  [{ batchSize: 100 }, { batchSize: 32, newBatchThreshold: 16 }],
  [{ batchSize: "many" }, { batchSize: 16 }],
  [{ maxPollingInterval: "00:00:00.001" }, { maxPollingIntervalMs: 100 }],
  [{ visibilityTimeout: "soon" }, { visibilityTimeoutMs: 0 }],
])("a value out of range is clamped: %j", (queues, expected) => {
  expect(queueSettings({ queues })).toMatchObject(expected);
});

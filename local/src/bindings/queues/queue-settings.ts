import { parseTimeSpan } from "../../shared/time-span.ts";
import { hostSetting, wholeNumber } from "../binding-options.ts";

/** `extensions.queues` of host.json. */
export type QueueSettings = {
  /** Messages received per request: 1 to 32. */
  batchSize: number;
  /** The next batch is received once at most this many messages are being processed. */
  newBatchThreshold: number;
  /** How long a message stays hidden after its function failed. */
  visibilityTimeoutMs: number;
  /** After this many failures, a message is moved to the poison queue. */
  maxDequeueCount: number;
  /** The longest pause between two polls of an empty queue. */
  maxPollingIntervalMs: number;
  isPlain: boolean;
};

const MAX_BATCH = 32;
const MIN_POLLING_MS = 100;
// As in Azure's Development environment; the service's default of one minute would only add waiting.
const DEFAULT_POLLING_MS = 2_000;
const MAX_VISIBILITY_MS = 7 * 24 * 3_600_000;

/** @see Azure/azure-sdk-for-net, Microsoft.Azure.WebJobs.Extensions.Storage.Queues/src/Config/QueuesOptions.cs */
export function queueSettings(extensionSettings: Readonly<Record<string, unknown>>): QueueSettings {
  const read = (name: string) => hostSetting(extensionSettings, "queues", name);
  const batchSize = wholeNumber(read("batchSize"), { min: 1, max: MAX_BATCH, fallback: 16 });
  return {
    batchSize,
    newBatchThreshold: wholeNumber(read("newBatchThreshold"), {
      min: 0,
      max: Number.MAX_SAFE_INTEGER,
      fallback: Math.floor(batchSize / 2),
    }),
    visibilityTimeoutMs: timeSpan(read("visibilityTimeout"), { min: 0, max: MAX_VISIBILITY_MS, fallback: 0 }),
    maxDequeueCount: wholeNumber(read("maxDequeueCount"), { min: 1, max: Number.MAX_SAFE_INTEGER, fallback: 5 }),
    maxPollingIntervalMs: timeSpan(read("maxPollingInterval"), {
      min: MIN_POLLING_MS,
      max: MAX_VISIBILITY_MS,
      fallback: DEFAULT_POLLING_MS,
    }),
    isPlain: /^none$/i.test(String(read("messageEncoding") ?? "base64")),
  };
}

/** Parses `hh:mm:ss`, or a number of milliseconds; returns milliseconds. */
function timeSpan(value: unknown, { min, max, fallback }: { min: number; max: number; fallback: number }): number {
  const ms = typeof value === "number" ? value : (parseTimeSpan(String(value ?? "")) ?? fallback);
  return Math.min(Math.max(ms, min), max);
}

// Names that every process of a task hub must agree on. Source: Azure/durabletask, DurableTask.AzureStorage
// (AzureStorageOrchestrationService.cs, Fnv1aHashHelper.cs, Tracking/KeySanitation.cs).

import { UsageError } from "@same-kit/shared";
import type { EngineErrorCode } from "../errors.ts";

/** The prefix of the names of a hub's queues; no other hub's queues have it. */
export const queuePrefix = (hubName: string): string => `${hubName.toLowerCase()}-`;
export const controlQueueName = (hubName: string, partition: number): string =>
  `${queuePrefix(hubName)}control-${String(partition).padStart(2, "0")}`;
export const workItemQueueName = (hubName: string): string => `${queuePrefix(hubName)}workitems`;
export const historyTableName = (hubName: string): string => `${hubName}History`;
export const instancesTableName = (hubName: string): string => `${hubName}Instances`;
export const partitionsTableName = (hubName: string): string => `${hubName}Partitions`;
export const largeMessagesContainerName = (hubName: string): string => `${hubName.toLowerCase()}-largemessages`;
export const appLeaseContainerName = (hubName: string): string => `${hubName.toLowerCase()}-applease`;
export const blobLeasesContainerName = (hubName: string): string => `${hubName.toLowerCase()}-leases`;
export const appLeaseBlobName = (hubName: string): string => `${hubName.toLowerCase()}-appleaseinfo`;

const FNV_OFFSET_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** The partition of an instance: 32-bit FNV-1a over the raw id's UTF-8 bytes, modulo the partition count. */
export function partitionOf(instanceId: string, partitionCount: number): number {
  return fnv1a(instanceId) % partitionCount;
}

/**
 * The id under which the hosts of an app share the app lease: the hash of the app's name in an otherwise empty GUID.
 */
export function appLeaseIdOf(appName: string): string {
  return `${fnv1a(appName).toString(16).padStart(8, "0")}-0000-0000-0000-000000000000`;
}

function fnv1a(text: string): number {
  let hash = FNV_OFFSET_BASIS;
  for (const byte of Buffer.from(text, "utf8")) hash = Math.imul(hash ^ byte, FNV_PRIME) >>> 0;
  return hash;
}

const HUB_NAME = /^[A-Za-z][A-Za-z0-9]{2,49}$/;

/** @throws UsageError `ERR_TASK_HUB_NAME`: the name becomes part of table, queue and container names. */
export function validateHubName(hubName: string): void {
  if (HUB_NAME.test(hubName)) return;
  throw new UsageError<EngineErrorCode>({
    code: "ERR_TASK_HUB_NAME",
    message: `The task hub name "${hubName}" cannot be used: it must be 3 to 50 letters or digits, starting with a letter.`,
    hint: "Set extensions.durableTask.hubName in host.json.",
  });
}

const DEFAULT_HUB = "TestHubName";
const DERIVED_LENGTH = 45;

/** The hub name of an app that configures none: its site name, sanitized as in the extension. */
export function defaultHubName(siteName: string | undefined): string {
  if (siteName === undefined || siteName === "") return DEFAULT_HUB;
  const cleaned = siteName.replace(/[^A-Za-z0-9]/g, "");
  if (cleaned === "") return "DefaultTaskHub";
  const started = /^\d/.test(cleaned) ? `t${cleaned}` : cleaned;
  const cut = started.slice(0, DERIVED_LENGTH);
  return cut.length < 3 ? `${cut}Hub` : cut;
}

const ESCAPED: Record<string, string> = { "^": "^^", "/": "^0", "\\": "^1", "#": "^2", "?": "^3" };
const CONTROL_OFFSET = 0xc0;

/** An instance id as a table key; only keys, and the history blobs named after them, are escaped. */
export function escapeKey(instanceId: string): string {
  let key = "";
  for (let i = 0; i < instanceId.length; i += 1) {
    const char = instanceId.charAt(i);
    const code = instanceId.charCodeAt(i);
    const isControl = code <= 0x1f || (code >= 0x7f && code <= 0x9f);
    key += isControl ? `^${String.fromCharCode(code + CONTROL_OFFSET)}` : (ESCAPED[char] ?? char);
  }
  return key;
}

/** A table key has at most 1 KiB of UTF-16. */
const MAX_KEY_LENGTH = 512;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find.
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/**
 * Why no instance can have this id; null if one can. The extension lets the storage reject ids that are too long;
 * control characters, which its version 2 rejects, would only mislead readers of the id.
 *
 * @see Azure/azure-functions-durable-extension, ContextImplementations/DurableClient.cs
 */
export function findInstanceIdProblem(instanceId: string): string | null {
  const problem = findLengthProblem(instanceId);
  return problem ?? (CONTROL.test(instanceId) ? "An instance ID has no control characters." : null);
}

/** Why the storage would reject an instance with this id; null if it accepts it. */
export function findLengthProblem(instanceId: string): string | null {
  const { length } = escapeKey(instanceId);
  if (length <= MAX_KEY_LENGTH) return null;
  return `An instance ID has at most ${MAX_KEY_LENGTH} characters, in which ^, /, \\, # and ? count twice; this one has ${length}.`;
}

const UNESCAPED: Record<string, string> = { "^": "^", "0": "/", "1": "\\", "2": "#", "3": "?" };

/** The inverse of {@link escapeKey}. */
export function unescapeKey(key: string): string {
  let id = "";
  for (let i = 0; i < key.length; i += 1) {
    const char = key.charAt(i);
    if (char !== "^" || i + 1 === key.length) {
      id += char;
      continue;
    }
    i += 1;
    const code = key.charCodeAt(i);
    id += code >= CONTROL_OFFSET ? String.fromCharCode(code - CONTROL_OFFSET) : (UNESCAPED[key.charAt(i)] ?? "");
  }
  return id;
}

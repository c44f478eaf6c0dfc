// What is stored about an entity between two batches: the `Input` of its instance, in the extension's format.
// Source: Azure/azure-functions-durable-extension, EntityScheduler/SchedulerState.cs. `lockId`, `recentLocks` and
// `releases` are ours: other hosts ignore them. Without them, a message that a crash delivered twice or late could lock
// or release once too often.

import { isRecord } from "@same-kit/shared";
import {
  type EntityRequest,
  parseJson,
  parseRelease,
  parseRequest,
  type Release,
  releaseObject,
  requestObject,
} from "../messages/entity-messages.ts";
import { MessageSorter } from "./message-sorter.ts";

export type SchedulerState = {
  exists: boolean;
  /** JSON text of the app's state. */
  state: string | null;
  queue: EntityRequest[];
  /** The instance that holds the lock. */
  lockedBy: string | null;
  /** The request with which it was acquired. */
  lockId: string | null;
  /** The most recently granted locks, so that a duplicate request is granted only once. */
  recentLocks: string[];
  /** Releases that arrived before earlier requests of their senders. */
  releases: Release[];
  /** Whether the batch was full: the rest waits until the state is written. */
  isSuspended: boolean;
  sorter: MessageSorter;
};

const KEPT_LOCKS = 20;
const KEPT_RELEASES = 100;

/** @param text - The instance's input; null for a new entity. */
export function parseSchedulerState(text: string | null): SchedulerState {
  const value = parseJson(text ?? "");
  const fields = isRecord(value) ? value : {};
  const textOf = (name: string): string | null => (typeof fields[name] === "string" ? fields[name] : null);
  const listOf = (name: string): unknown[] => (Array.isArray(fields[name]) ? fields[name] : []);
  return {
    exists: fields["exists"] === true,
    state: textOf("state"),
    queue: listOf("queue").flatMap((it) => parseRequest(it) ?? []),
    lockedBy: textOf("lockedBy"),
    lockId: textOf("lockId"),
    recentLocks: listOf("recentLocks").filter((it) => typeof it === "string"),
    releases: listOf("releases").flatMap((it) => parseRelease(it) ?? []),
    isSuspended: fields["suspended"] === true,
    sorter: MessageSorter.parse(fields["sorter"]),
  };
}

/** Serializes the state in the extension's member order, without defaults. */
export function schedulerStateText(it: SchedulerState): string {
  return JSON.stringify({
    ...(it.exists ? { exists: true } : {}),
    ...(it.state === null ? {} : { state: it.state }),
    ...(it.queue.length === 0 ? {} : { queue: it.queue.map(requestObject) }),
    ...(it.lockedBy === null ? {} : { lockedBy: it.lockedBy }),
    ...(it.isSuspended ? { suspended: true } : {}),
    sorter: it.sorter,
    ...(it.lockId === null ? {} : { lockId: it.lockId }),
    ...(it.recentLocks.length === 0 ? {} : { recentLocks: it.recentLocks.slice(-KEPT_LOCKS) }),
    ...(it.releases.length === 0 ? {} : { releases: it.releases.slice(-KEPT_RELEASES).map(releaseObject) }),
  });
}

/** The custom status of the instance, by which entities are found. */
export function entityStatusText({ exists, queue, lockedBy }: SchedulerState): string {
  return JSON.stringify({
    ...(exists ? { entityExists: true } : {}),
    ...(queue.length === 0 ? {} : { queueSize: queue.length }),
    ...(lockedBy === null ? {} : { lockedBy }),
  });
}

/** Whether nothing needs to be kept: the entity does not exist, and no one holds its lock or waits for it. */
export function isEmptyEntity(customStatus: string | null): boolean {
  const value = parseJson(customStatus ?? "");
  return isRecord(value) && Object.keys(value).length === 0;
}

/** The lock holder recorded in a custom status. */
export function lockHolderIn(customStatus: string | null): string | null {
  const value = parseJson(customStatus ?? "");
  return isRecord(value) && typeof value["lockedBy"] === "string" ? value["lockedBy"] : null;
}

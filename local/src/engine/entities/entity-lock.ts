// A critical section goes from entity to entity of its set, in one order for all, so that no two wait for each other.
// Source: Azure/azure-functions-durable-extension, Listener/TaskEntityShim.cs, ProcessLockRequest.

import { isRecord } from "@same-kit/shared";
import { type EntityRequest, LOCKED } from "../messages/entity-messages.ts";
import type { EntityOutbox } from "./entity-outbox.ts";
import type { SchedulerState } from "./scheduler-state.ts";

/** Grants the lock to the requester, then asks the next entity of the set, or reports that all are held. */
export function grantLock(request: EntityRequest, state: SchedulerState, outbox: EntityOutbox): void {
  const { id, parent, lockSet, position } = request;
  const isHeld = state.lockedBy === parent && state.lockId === id;
  // It came a second time, after it was released.
  if (!isHeld && state.recentLocks.includes(id)) return;
  if (!isHeld) Object.assign(state, { lockedBy: parent, lockId: id, recentLocks: [...state.recentLocks, id] });
  const next = lockSet?.[position + 1];
  if (next === undefined) outbox.respond(request, LOCKED);
  else outbox.forward({ ...request, position: position + 1 }, next);
}

/** Takes it from its holder. One that holds it by another request since has asked for this release earlier. */
export function releaseLock(message: unknown, state: SchedulerState): void {
  if (!isRecord(message) || state.lockedBy === null || message["parent"] !== state.lockedBy) return;
  const isOfAnother = state.lockId !== null && isRequestId(message["id"]) && message["id"] !== state.lockId;
  if (!isOfAnother) Object.assign(state, { lockedBy: null, lockId: null });
}

/** What cleans up orphaned locks has no request's id. */
function isRequestId(value: unknown): boolean {
  return typeof value === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value);
}

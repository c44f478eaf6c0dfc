// A critical section acquires the entities of its set one after another, in the same order for all, so that no two wait
// for each other.
// Source: Azure/azure-functions-durable-extension, Listener/TaskEntityShim.cs, ProcessLockRequest.

import { type EntityRequest, LOCKED, type Release } from "../messages/entity-messages.ts";
import type { EntityOutbox } from "./entity-outbox.ts";
import type { SchedulerState } from "./scheduler-state.ts";

/**
 * Grants the lock to the requester, then requests the lock of the next entity in the set, or reports that all are held.
 */
export function grantLock(request: EntityRequest, state: SchedulerState, outbox: EntityOutbox): void {
  const { id, parent, lockSet, position } = request;
  const isHeld = state.lockedBy === parent && state.lockId === id;
  // The request arrived a second time, after the lock was released.
  if (!isHeld && state.recentLocks.includes(id)) return;
  if (!isHeld) Object.assign(state, { lockedBy: parent, lockId: id, recentLocks: [...state.recentLocks, id] });
  const next = lockSet?.[position + 1];
  if (next === undefined) outbox.respond(request, LOCKED);
  else outbox.forward({ ...request, position: position + 1 }, next);
}

/**
 * Executes the releases that have arrived, except those that overtook earlier requests of their senders: a batch that
 * was not saved may have told a sender to continue, and its requests then arrive again after its release.
 */
export function releaseLocks(state: SchedulerState, windowTicks: bigint): void {
  const { sorter } = state;
  const isEarly = ({ parent, after }: Release) => after !== null && !sorter.hasTaken(parent, after, windowTicks);
  const due = state.releases.filter((it) => !isEarly(it));
  state.releases = state.releases.filter(isEarly);
  for (const release of due) releaseLock(release, state);
}

/**
 * Releases the lock of its holder. A holder that has since acquired it with another request sent this release earlier.
 */
function releaseLock({ parent, id }: Release, state: SchedulerState): void {
  const isNamed = id !== null && isRequestId(id);
  const isHeld = state.lockedBy === parent && (state.lockId === null || !isNamed || id === state.lockId);
  if (isHeld) Object.assign(state, { lockedBy: null, lockId: null });
  const waiting = state.queue.findIndex((it) => it.lockSet !== null && it.parent === parent && it.id === id);
  if (waiting === -1) return;
  // If it were granted now, no one would release it.
  state.queue.splice(waiting, 1);
  if (isNamed) state.recentLocks.push(id);
}

/** The clean-up of orphaned locks does not know the request's id. */
function isRequestId(value: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value);
}

import { type Clock, parseTicks } from "@same-kit/shared";
import type { EventRaisedEvent } from "../history/events.ts";
import {
  CONTINUE_EVENT,
  type EntityRequest,
  isOperationEvent,
  parseJson,
  parseRelease,
  parseRequest,
  RELEASE_EVENT,
  type Release,
} from "../messages/entity-messages.ts";
import { releaseLocks } from "./entity-lock.ts";
import type { EntityOutbox } from "./entity-outbox.ts";
import type { EntitySettings } from "./entity-settings.ts";
import { reorderWindowTicks } from "./entity-settings.ts";
import type { SchedulerState } from "./scheduler-state.ts";

// A delayed operation that arrives at least this much too early is sent again.
const EARLY_TICKS = 100n * 10_000n;

type Deps = { outbox: EntityOutbox; clock: Clock; settings: EntitySettings };

/** Adds the content of one message to the entity's queue, or executes it immediately. */
export function acceptMessage({ Name: name, Input: input }: EventRaisedEvent, state: SchedulerState, deps: Deps): void {
  if (isOperationEvent(name)) takeRequest(parseRequest(parseJson(input ?? "")), state, deps);
  else if (name.toLowerCase() === RELEASE_EVENT) takeRelease(parseRelease(parseJson(input ?? "")), state);
  else if (name === CONTINUE_EVENT) state.isSuspended = false;
  releaseLocks(state, reorderWindowTicks(deps.settings));
}

function takeRelease(release: Release | null, state: SchedulerState): void {
  if (release !== null) state.releases.push(release);
}

function takeRequest(request: EntityRequest | null, state: SchedulerState, { outbox, clock, settings }: Deps): void {
  if (request === null) return;
  if (request.due !== null && parseTicks(request.due) > parseTicks(clock.nowTicks()) + EARLY_TICKS) {
    outbox.sendLater(request, request.due);
    return;
  }
  const ready = state.sorter.receive(request, reorderWindowTicks(settings));
  // The lock holder's operations go before those of all who wait for the lock.
  const isOfHolder = ({ parent }: EntityRequest) => state.lockedBy !== null && parent === state.lockedBy;
  state.queue.unshift(...ready.filter(isOfHolder));
  state.queue.push(...ready.filter((it) => !isOfHolder(it)));
}

type EntityWork = {
  operations: EntityRequest[];
  /** The lock request that ends the batch, if one does. */
  lock: EntityRequest | null;
  /** Whether there are more operations, for a separate batch. */
  isFull: boolean;
};

/** Whether anything in the queue can run without further messages. */
export function hasWork({ queue, lockedBy }: SchedulerState): boolean {
  return lockedBy === null ? queue.length > 0 : queue.some(({ parent }) => parent === lockedBy);
}

/**
 * Takes the operations that can run now: up to a lock request, and only the holder's while another instance holds the
 * lock.
 */
export function takeBatch(state: SchedulerState, maxOperations: number): EntityWork {
  const work: EntityWork = { operations: [], lock: null, isFull: false };
  if (state.isSuspended) return work;
  for (;;) {
    // The holder's request may predate the lock if a batch that was not saved had already granted it.
    const { queue, lockedBy } = state;
    const index = lockedBy === null ? 0 : queue.findIndex(({ parent }) => parent === lockedBy);
    const next = queue[index];
    if (next === undefined) return work;
    if (work.operations.length >= maxOperations) {
      state.isSuspended = true;
      return { ...work, isFull: true };
    }
    queue.splice(index, 1);
    if (next.lockSet !== null) return { ...work, lock: next };
    work.operations.push(next);
  }
}

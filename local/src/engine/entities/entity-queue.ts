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

// A delayed operation that comes so much too early is sent on its way again.
const EARLY_TICKS = 100n * 10_000n;

type Deps = { outbox: EntityOutbox; clock: Clock; settings: EntitySettings };

/** Puts what one message says into the entity's queue, or does it at once. */
export function takeIn({ Name: name, Input: input }: EventRaisedEvent, state: SchedulerState, deps: Deps): void {
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
  // The holder of the lock goes before all that wait for it.
  const isOfHolder = ({ parent }: EntityRequest) => state.lockedBy !== null && parent === state.lockedBy;
  state.queue.unshift(...ready.filter(isOfHolder));
  state.queue.push(...ready.filter((it) => !isOfHolder(it)));
}

export type EntityWork = {
  operations: EntityRequest[];
  /** What ends the batch, where that is a lock. */
  lock: EntityRequest | null;
  /** There is more, for a batch of its own. */
  isFull: boolean;
};

/** Whether something of the queue may run that needs no more messages. */
export function hasWork({ queue, lockedBy }: SchedulerState): boolean {
  return lockedBy === null ? queue.length > 0 : queue.some(({ parent }) => parent === lockedBy);
}

/** Takes from the queue what may run now: up to a lock, and while another instance holds one nothing but that instance's. */
export function takeBatch(state: SchedulerState, maxOperations: number): EntityWork {
  const work: EntityWork = { operations: [], lock: null, isFull: false };
  if (state.isSuspended) return work;
  for (;;) {
    // The holder may have asked before the lock was given, where a batch that was not saved had told it so.
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

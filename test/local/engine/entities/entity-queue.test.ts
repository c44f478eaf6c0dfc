import { expect, test } from "vitest";
import { takeBatch } from "../../../../local/src/engine/entities/entity-queue.ts";
import { parseSchedulerState } from "../../../../local/src/engine/entities/scheduler-state.ts";

const request = (id: string, parent: string, more: object = {}) => ({ op: "get", id, parent, ...more });
const lock = (id: string, parent: string) => ({ op: null, id, parent, lockset: [{ name: "tally", key: "all" }] });

test("requests of the lock holder come first, wherever they are in the queue", () => {
  const queue = [lock("1", "other"), request("2", "holder"), request("3", "other")];
  const state = parseSchedulerState(JSON.stringify({ exists: true, queue, lockedBy: "holder", lockId: "0" }));
  expect(takeBatch(state, 10).operations.map(({ id }) => id)).toEqual(["2"]);
  expect(state.queue.map(({ id }) => id)).toEqual(["1", "3"]);
});

import { silentLogger } from "@same-kit/shared";
import { describe, expect, test } from "vitest";
import { EntityOutbox } from "../../../../local/src/engine/entities/entity-outbox.ts";
import { acceptMessage, hasWork, takeBatch } from "../../../../local/src/engine/entities/entity-queue.ts";
import { reorderWindowTicks } from "../../../../local/src/engine/entities/entity-settings.ts";
import { parseSchedulerState } from "../../../../local/src/engine/entities/scheduler-state.ts";
import { EventType } from "../../../../local/src/engine/history/events.ts";
import { episodeSettings } from "../../../helpers/episodes.ts";
import { FakeClock } from "../../../helpers/fake-clock.ts";

const request = (id: string, parent: string, more: object = {}) => ({ op: "get", id, parent, ...more });
const lock = (id: string, parent: string) => ({ op: null, id, parent, lockset: [{ name: "tally", key: "all" }] });
const stateOf = (fields: object) => parseSchedulerState(JSON.stringify(fields));

function open(fields: object = {}) {
  const state = stateOf(fields);
  const clock = new FakeClock("2026-06-24T14:00:00.000Z");
  const settings = episodeSettings;
  const { sorter } = state;
  const ids = { instanceId: "@tally@all", executionId: "e" };
  const outbox = new EntityOutbox({ ...ids, sorter, clock, settings, log: silentLogger });
  const accept = (Name: string, input: unknown) => {
    const base = { EventType: EventType.EventRaised, EventId: -1, IsPlayed: false, ParentTraceContext: null } as const;
    const event = { ...base, Timestamp: clock.nowTicks(), Name, Input: JSON.stringify(input) };
    acceptMessage(event, state, { outbox, clock, settings });
  };
  const queued = () => state.queue.map(({ id }) => id);
  return { state, outbox, accept, queued };
}

test("requests of the lock holder come first, wherever they are in the queue", () => {
  const queue = [lock("1", "other"), request("2", "holder"), request("3", "other")];
  const state = stateOf({ exists: true, queue, lockedBy: "holder", lockId: "0" });
  expect(takeBatch(state, 10).operations.map(({ id }) => id)).toEqual(["2"]);
  expect(state.queue.map(({ id }) => id)).toEqual(["1", "3"]);
});

test("requests of the lock holder are queued before those that wait, and others after them", () => {
  const { accept, queued } = open({ queue: [request("1", "waiting")], lockedBy: "holder" });
  accept("op", request("2", "other"));
  accept("op", request("3", "holder"));
  expect(queued()).toEqual(["3", "1", "2"]);
});

test("requests of clients, which have no parent, have no priority without a lock", () => {
  const { accept, queued } = open({ queue: [request("1", "waiting")] });
  accept("op", { op: "get", id: "2", signal: true });
  expect(queued()).toEqual(["1", "2"]);
});

describe("a batch", () => {
  const queue = ["1", "2", "3"].map((id) => request(id, "abc"));

  test.each([
    [2, ["1", "2"], true],
    [3, ["1", "2", "3"], false],
    [4, ["1", "2", "3"], false],
  ])("of at most %i operations has %j; full: %s", (most, ids, isFull) => {
    const state = stateOf({ queue });
    const batch = takeBatch(state, most);
    expect(batch.operations.map(({ id }) => id)).toEqual(ids);
    expect(batch).toMatchObject({ lock: null, isFull });
    expect(state.isSuspended).toBe(isFull);
    expect(state.queue).toHaveLength(3 - ids.length);
  });

  test("ends with a request for the lock, which does not count", () => {
    const state = stateOf({ queue: [...queue.slice(0, 2), lock("4", "abc"), ...queue.slice(2)] });
    const batch = takeBatch(state, 3);
    expect(batch.operations.map(({ id }) => id)).toEqual(["1", "2"]);
    expect(batch.lock?.id).toBe("4");
    expect(state.queue.map(({ id }) => id)).toEqual(["3"]);
  });

  test("after a full one waits until the entity continues, which no other message does", () => {
    const { state, accept } = open({ queue, suspended: true });
    accept("other", null);
    accept("release", { parent: "abc", id: null });
    expect(takeBatch(state, 3).operations).toEqual([]);
    accept("continue", null);
    expect(takeBatch(state, 3).operations).toHaveLength(3);
  });
});

test("there is work for anyone, or only for the lock holder", () => {
  expect(hasWork(stateOf({}))).toBe(false);
  expect(hasWork(stateOf({ queue: [request("1", "abc")] }))).toBe(true);
  expect(hasWork(stateOf({ queue: [request("1", "abc")], lockedBy: "holder" }))).toBe(false);
  expect(hasWork(stateOf({ queue: [request("1", "abc"), request("2", "holder")], lockedBy: "holder" }))).toBe(true);
});

describe("a delayed operation", () => {
  const due = (time: string) => request("1", "abc", { due: time });

  test.each(["2026-06-24T13:59:00.0000000Z", "2026-06-24T14:00:00.1000000Z"])("due at %s is accepted", (time) => {
    const { outbox, accept, queued } = open();
    accept("op@due", due(time));
    expect(queued()).toEqual(["1"]);
    expect(outbox.messages).toEqual([]);
  });

  test.each([
    ["2026-06-24T14:00:00.1010000Z", "2026-06-24T14:00:00.1010000Z"],
    ["2026-06-30T14:00:00.0000000Z", "2026-06-30T14:00:00.0000000Z"],
    ["2026-06-30T14:00:01.0000000Z", "2026-06-27T14:00:00.000Z"],
  ])("due at %s is sent again, to be seen at %s", (time, visibleAt) => {
    const { outbox, accept, queued } = open();
    accept("op@due", due(time));
    expect(queued()).toEqual([]);
    const [message] = outbox.messages;
    expect(message).toMatchObject({ route: "control", visibleAt });
    const { Event: event, OrchestrationInstance } = message?.message.taskMessage ?? {};
    expect(OrchestrationInstance).toEqual({ InstanceId: "@tally@all", ExecutionId: null });
    expect(event).toMatchObject({ Name: `op@${time}`, Input: expect.stringContaining("RequestMessage") });
  });
});

test("a message may arrive as many minutes late as host.json says", () => {
  expect(reorderWindowTicks({ ...episodeSettings, entityMessageReorderWindowInMinutes: 30 })).toBe(18_000_000_000n);
});

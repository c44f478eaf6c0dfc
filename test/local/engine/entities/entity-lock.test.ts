import { silentLogger } from "@same-kit/shared";
import { describe, expect, test } from "vitest";
import { grantLock } from "../../../../local/src/engine/entities/entity-lock.ts";
import { EntityOutbox } from "../../../../local/src/engine/entities/entity-outbox.ts";
import { acceptMessage } from "../../../../local/src/engine/entities/entity-queue.ts";
import { parseSchedulerState } from "../../../../local/src/engine/entities/scheduler-state.ts";
import { EventType } from "../../../../local/src/engine/history/events.ts";
import { type EntityRequest, parseRequest } from "../../../../local/src/engine/messages/entity-messages.ts";
import { episodeSettings } from "../../../helpers/episodes.ts";
import { FakeClock } from "../../../helpers/fake-clock.ts";

const GUID = "0b8a5c0e-6f0d-4a39-9c83-2f1f0f6d8c11";
const OTHER = "1b8a5c0e-6f0d-4a39-9c83-2f1f0f6d8c11";
const SET = [
  { name: "tally", key: "a" },
  { name: "tally", key: "b" },
];

/** An entity's lock state, and what it sends. */
function open(stored: object) {
  const state = parseSchedulerState(JSON.stringify(stored));
  const clock = new FakeClock();
  const settings = episodeSettings;
  const { sorter } = state;
  const deps = { instanceId: "@tally@a", executionId: "e", sorter, clock, settings, log: silentLogger };
  const outbox = new EntityOutbox(deps);
  const release = (parent: string, id: string | null, name = "release") => {
    const base = {
      EventType: EventType.EventRaised,
      EventId: -1,
      IsPlayed: false,
      Timestamp: clock.nowTicks(),
    } as const;
    const event = { ...base, Name: name, Input: JSON.stringify({ parent, id }), ParentTraceContext: null };
    acceptMessage(event, state, { outbox, clock, settings });
  };
  const sent = () =>
    outbox.messages.map(({ message: { taskMessage } }) => {
      const { Event: event, OrchestrationInstance: target } = taskMessage;
      if (event.EventType !== EventType.EventRaised) throw new Error("An entity sends nothing else.");
      const { $type, pos, result } = JSON.parse(event.Input ?? "{}");
      expect($type).toMatch(/DurableTask\.(Request|Response)Message,/);
      return [target.InstanceId, event.Name, pos ?? result];
    });
  return { state, release, sent, grant: (request: EntityRequest) => grantLock(request, state, outbox) };
}

function lock(parent: string, id: string, lockset: readonly object[] = SET.slice(0, 1)): EntityRequest {
  const request = parseRequest({ op: null, id, parent, parentExecution: "e1", lockset });
  if (request === null) throw new Error("It is not a request.");
  return request;
}

const LOCKED = "Lock Acquisition Completed";

describe("a lock", () => {
  test("is granted to its requester, and remembered", () => {
    const { state, sent, grant } = open({ recentLocks: [OTHER] });
    grant(lock("a", GUID));
    expect(state).toMatchObject({ lockedBy: "a", lockId: GUID, recentLocks: [OTHER, GUID] });
    expect(sent()).toEqual([["a", GUID, LOCKED]]);
  });

  test("of a set is requested from the next entity of the set", () => {
    const { state, sent, grant } = open({});
    grant(lock("a", GUID, SET));
    expect(state.lockedBy).toBe("a");
    expect(sent()).toEqual([["@tally@b", "op", 1]]);
  });

  test("is confirmed again while it is held, as the first confirmation may not have been saved", () => {
    const { state, sent, grant } = open({ lockedBy: "a", lockId: GUID, recentLocks: [GUID] });
    grant(lock("a", GUID));
    expect(state).toMatchObject({ lockedBy: "a", lockId: GUID, recentLocks: [GUID] });
    expect(sent()).toEqual([["a", GUID, LOCKED]]);
  });

  test("is not granted again after it was released", () => {
    const { state, sent, grant } = open({ recentLocks: [GUID] });
    grant(lock("a", GUID));
    expect(state).toMatchObject({ lockedBy: null, lockId: null });
    expect(sent()).toEqual([]);
  });

  test("is acquired again by another request of its holder", () => {
    const { state, grant } = open({ lockedBy: "a", lockId: GUID });
    grant(lock("a", OTHER));
    expect(state).toMatchObject({ lockedBy: "a", lockId: OTHER });
  });
});

describe("a release", () => {
  const held = { lockedBy: "a", lockId: GUID };

  test.each([
    ["of the request that acquired the lock", "a", GUID],
    ["without a request", "a", null],
    ["of the clean-up, which does not know the request", "a", "cleaned"],
    ["whose ID only begins like a request's", "a", `${OTHER}0`],
    ["whose ID only ends like a request's", "a", `x${OTHER}`],
    ["whose ID is too short", "a", OTHER.slice(1)],
    ["whose ID has a part too few", "a", OTHER.replace("-4a39", "")],
    ["whose ID is not hexadecimal at the start", "a", OTHER.replace("1b8a5c0e", "zzzzzzzz")],
    ["whose ID is not hexadecimal in the middle", "a", OTHER.replace("6f0d-4a39-9c83", "zzzz-zzzz-zzzz")],
    ["whose ID is not hexadecimal at the end", "a", OTHER.replace("2f1f0f6d8c11", "zzzzzzzzzzzz")],
  ])("%s frees the entity", (_, parent, id) => {
    const { state, release } = open(held);
    release(parent, id);
    expect(state).toMatchObject({ lockedBy: null, lockId: null, releases: [] });
  });

  test("frees an entity that another host locked, whatever the request", () => {
    const { state, release } = open({ lockedBy: "a" });
    release("a", OTHER, "Release");
    expect(state.lockedBy).toBeNull();
  });

  test.each([
    ["of an earlier request of the holder", "a", OTHER],
    ["of an earlier request, in upper case", "a", OTHER.toUpperCase()],
    ["of another instance", "b", GUID],
    ["of another instance without a request", "b", null],
  ])("%s leaves the lock", (_, parent, id) => {
    const { state, release } = open(held);
    release(parent, id);
    expect(state).toMatchObject(held);
  });

  const waiting = [
    { op: "get", id: OTHER, parent: "b" },
    { op: null, id: OTHER, parent: "c", lockset: SET },
    { op: null, id: GUID, parent: "b", lockset: SET },
    { op: null, id: OTHER, parent: "b", lockset: SET },
  ];

  test("cancels the request for a lock that still waits, and only that", () => {
    const { state, release } = open({ ...held, queue: waiting, recentLocks: [GUID] });
    release("b", OTHER);
    expect(state.queue.map(({ operation, id, parent }) => [operation, id, parent])).toEqual([
      ["get", OTHER, "b"],
      [null, OTHER, "c"],
      [null, GUID, "b"],
    ]);
    // Should the request arrive a second time, it is not granted.
    expect(state).toMatchObject({ ...held, recentLocks: [GUID, OTHER] });
  });

  test("without a request's ID is not remembered", () => {
    const { state, release } = open({ ...held, queue: [{ op: null, id: "x", parent: "b", lockset: SET }] });
    release("b", "x");
    expect(state.queue).toEqual([]);
    expect(state.recentLocks).toEqual([]);
  });
});

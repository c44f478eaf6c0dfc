import { describe, expect, test } from "vitest";
import {
  entityStatusText,
  isEmptyEntity,
  lockHolderIn,
  parseSchedulerState,
  schedulerStateText,
} from "../../../../local/src/engine/entities/scheduler-state.ts";

const STAMP = "2026-06-24T14:00:00.0000001Z";
const FULL = {
  exists: true,
  state: '{"a":1}',
  queue: [
    {
      op: "add",
      signal: true,
      input: "1",
      id: "1",
      parent: "abc",
      Timestamp: STAMP,
      Predecessor: "0001-01-01T00:00:00",
    },
  ],
  lockedBy: "abc",
  suspended: true,
  sorter: { LastSentToInstance: { other: STAMP } },
  lockId: "2",
  recentLocks: ["1", "2"],
  releases: [{ parent: "def", id: "3", after: { execution: "e1", id: "4", timestamp: STAMP } }],
};

describe("the stored state of an entity", () => {
  test("has the extension's members in its order, then ours", () => {
    const text = JSON.stringify(FULL);
    expect(schedulerStateText(parseSchedulerState(text))).toBe(text);
  });

  test.each([null, "", "no JSON", "[]", "{}"])("is empty without defaults, as for %j", (text) => {
    expect(schedulerStateText(parseSchedulerState(text))).toBe('{"sorter":{}}');
  });

  test("ignores what it does not know", () => {
    const text = JSON.stringify({
      exists: "yes",
      state: 1,
      queue: [null, { op: "add" }],
      lockedBy: 2,
      suspended: 1,
      lockId: 3,
      recentLocks: ["1", 2, null],
      releases: [{}, "a"],
    });
    expect(parseSchedulerState(text)).toMatchObject({
      exists: false,
      state: null,
      queue: [],
      lockedBy: null,
      isSuspended: false,
      lockId: null,
      recentLocks: ["1"],
      releases: [],
    });
  });

  test("keeps the latest 20 locks and 100 releases", () => {
    const numbers = Array.from({ length: 120 }, (_, index) => String(index));
    const releases = numbers.map((id) => ({ parent: "abc", id }));
    const text = schedulerStateText(parseSchedulerState(JSON.stringify({ recentLocks: numbers, releases })));
    const stored = JSON.parse(text);
    expect(stored.recentLocks).toEqual(numbers.slice(100));
    expect(stored.releases).toEqual(releases.slice(20));
  });
});

describe("the custom status of an entity", () => {
  const statusOf = (fields: object) => entityStatusText(parseSchedulerState(JSON.stringify(fields)));

  test("shows whether it exists, the length of its queue, and the lock holder", () => {
    expect(statusOf(FULL)).toBe('{"entityExists":true,"queueSize":1,"lockedBy":"abc"}');
    expect(lockHolderIn(statusOf(FULL))).toBe("abc");
    expect(isEmptyEntity(statusOf(FULL))).toBe(false);
  });

  test("is empty for an entity that need not be kept", () => {
    expect(statusOf({ recentLocks: ["1"], state: null })).toBe("{}");
    expect(isEmptyEntity("{}")).toBe(true);
    expect(lockHolderIn("{}")).toBeNull();
  });

  test.each([null, "", "[1]", '{"lockedBy":1}'])("%j is not that of an empty entity, nor of a locked one", (text) => {
    expect(isEmptyEntity(text)).toBe(false);
    expect(lockHolderIn(text)).toBeNull();
  });
});

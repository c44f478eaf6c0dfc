import { describe, expect, test } from "vitest";
import type { HistoryEvent } from "../../../../local/src/engine/history/events.ts";
import { expectedStatus, isRowStale, repairRow } from "../../../../local/src/engine/orchestrations/row-repair.ts";
import type { EpisodeRow, InstanceRow } from "../../../../local/src/engine/tracking/instance-store.ts";
import { FakeClock } from "../../../helpers/fake-clock.ts";
import { historyEvents as it } from "../../../helpers/history-events.ts";

describe("expectedStatus", () => {
  test.each([
    ["Running", [it.executionStarted()]],
    ["Suspended", [it.executionStarted(), it.executionSuspended("pause")]],
    ["Running", [it.executionStarted(), it.executionSuspended("pause"), it.executionResumed("go")]],
    ["Failed", [it.executionStarted(), it.executionCompleted(null, "Failed")]],
    ["Terminated", [it.executionStarted(), it.executionTerminated("enough")]],
    ["Completed", [it.executionStarted(), it.executionCompleted(null), it.orchestratorCompleted()]],
    ["Suspended", [it.executionStarted(), it.executionSuspended("pause"), it.orchestratorCompleted()]],
    ["Pending", []],
  ] as const)("%s follows from the last event that says so", (status, events) => {
    expect(expectedStatus(events)).toBe(status);
  });
});

describe("isRowStale", () => {
  const row = (executionId: string, status: InstanceRow["status"]): InstanceRow => ({
    etag: "1",
    executionId,
    status,
    createdTime: "",
    generation: 0,
  });

  test.each([
    ["a missing row", null, true],
    ["a row with the same status", row("e1", "Completed"), false],
    ["a row that is behind", row("e1", "Running"), true],
    ["the row of a previous generation", row("e0", "Running"), true],
    ["the row of a start that has not been processed yet", row("e2", "Pending"), false],
  ])("%s", (_, found, expected) => {
    expect(isRowStale(found, "e1", "Completed")).toBe(expected);
  });
});

describe("repairRow", () => {
  const running = [it.executionStarted()];
  const completed = [it.executionStarted(), it.executionCompleted("1")];

  type Given = {
    /** What each reading of the history finds; the last one again and again. */
    histories?: HistoryEvent[][];
    status?: string | null;
    /** Runs before each reading of the row or writing to it. */
    onAccess?: (operation: "read" | "write", count: number, clock: FakeClock) => void;
  };

  function open({ histories = [completed], status = "Running", onAccess = () => {} }: Given = {}) {
    const clock = new FakeClock();
    const written: EpisodeRow[] = [];
    const left = [...histories];
    const counts = { read: 0, write: 0 };
    let current = status;
    const deps = {
      clock,
      histories: {
        async load() {
          const events = (left.length > 1 ? left.shift() : left[0]) ?? [];
          return { events, executionId: events.length === 0 ? null : "e1", etag: String(events.length), blobNames: [] };
        },
      },
      instances: {
        async findRow() {
          counts.read += 1;
          onAccess("read", counts.read, clock);
          return current === null ? null : { executionId: "e1", status: current };
        },
        async writeEpisode(row: EpisodeRow) {
          counts.write += 1;
          onAccess("write", counts.write, clock);
          written.push(row);
          current = expectedStatus(row.newEvents);
        },
      },
    } as unknown as Parameters<typeof repairRow>[1];
    return { clock, written, counts, repair: () => repairRow("abc", deps) };
  }

  test.each([["Running"], [null]])("writes what the history says if the row is %s", async (status) => {
    const { repair, written } = open({ status });
    expect((await repair()).events).toEqual(completed);
    const unknown = { customStatus: undefined, inputBlob: null, outputBlob: null };
    expect(written).toEqual([
      { instanceId: "abc", executionId: "e1", newEvents: completed, mayCreate: true, ...unknown },
    ]);
  });

  test("writes nothing if the row is up to date, or there is no history", async () => {
    for (const given of [{ status: "Completed" }, { histories: [[]], status: null }]) {
      const { repair, written } = open(given);
      await repair();
      expect(written).toEqual([]);
    }
  });

  test("reads the history again if reading took so long that it may have grown", async () => {
    const { repair, written } = open({
      histories: [running, completed],
      status: "Pending",
      onAccess: (operation, count, clock) => operation === "read" && count === 1 && clock.advance(2_001),
    });
    await repair();
    expect(written.map(({ newEvents }) => newEvents)).toEqual([completed]);
  });

  test("reads the history again after a slow write, and writes what has changed since", async () => {
    const { repair, written } = open({
      histories: [running, completed],
      status: "Pending",
      onAccess: (operation, count, clock) => operation === "write" && count === 1 && clock.advance(2_001),
    });
    await repair();
    expect(written.map(({ newEvents }) => newEvents)).toEqual([running, completed]);
  });

  test("fails immediately if it has not begun to write", async () => {
    const { repair, clock, counts } = open({
      onAccess(operation) {
        if (operation === "read") throw new Error("no route");
      },
    });
    const beganMs = clock.now().getTime();
    await expect(repair()).rejects.toThrow("no route");
    expect(counts.read).toBe(1);
    expect(clock.now().getTime()).toBe(beganMs);
  });

  test("retries each second for a minute once it has begun to write", async () => {
    const { repair, clock, counts } = open({
      onAccess(operation) {
        if (operation === "write") throw new Error("no route");
      },
    });
    const beganMs = clock.now().getTime();
    await expect(repair()).rejects.toThrow("no route");
    expect(counts.write).toBe(61);
    expect(clock.now().getTime() - beganMs).toBe(60_000);
  });
});

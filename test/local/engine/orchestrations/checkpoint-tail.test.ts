import { silentLogger } from "@same-kit/shared";
import { describe, expect, test } from "vitest";
import { EventType, type HistoryEvent } from "../../../../local/src/engine/history/events.ts";
import type { ReceivedMessage } from "../../../../local/src/engine/messages/message-data.ts";
import {
  type CheckpointTailDeps,
  CheckpointTails,
  type Tail,
} from "../../../../local/src/engine/orchestrations/checkpoint-tail.ts";
import type { EpisodeRow } from "../../../../local/src/engine/tracking/instance-store.ts";
import { FakeClock } from "../../../helpers/fake-clock.ts";
import { historyEvents } from "../../../helpers/history-events.ts";

/** @param write - The outcome of each write of the row, in turn. */
function makeTails(write: (row: EpisodeRow, count: number) => Promise<boolean>, stored: HistoryEvent[] = []) {
  const rows: EpisodeRow[] = [];
  const done: string[] = [];
  const tails = new CheckpointTails({
    instances: {
      findRow: async () => ({ etag: "row", executionId: "e1", status: "Running" }),
      async writeEpisode(row: EpisodeRow) {
        rows.push(row);
        return (await write(row, rows.length)) ? { kind: "written", etag: "row" } : { kind: "missing" };
      },
    },
    histories: { load: async () => ({ events: stored }) },
    payloads: { remove: async (name: string) => done.push(`removed ${name}`) },
    delivery: {
      delete: async (message: ReceivedMessage) => done.push(`deleted ${message.messageId}`),
      abandon: async (message: ReceivedMessage) => done.push(`abandoned ${message.messageId}`),
    },
    clock: new FakeClock("1970-01-01T00:00:00Z"),
    log: silentLogger,
    onEnded: (instanceId: string, status: string) => done.push(`${instanceId} is ${status}`),
  } as unknown as CheckpointTailDeps);
  tails.rememberRow("row");
  return { tails, rows, done };
}

const tail = (
  messageId: string,
  event: HistoryEvent,
  more: Partial<EpisodeRow> = {},
  orphaned: string[] = [],
): Tail => ({
  row: {
    instanceId: "abc",
    executionId: "e1",
    newEvents: [event],
    customStatus: null,
    inputBlob: null,
    outputBlob: null,
    mayCreate: false,
    ...more,
  },
  orphaned,
  messages: [{ messageId } as ReceivedMessage],
  etag: "1",
  beganMs: 0,
});

test("tails that wait for a write are merged with later ones, then the messages of all are deleted", async () => {
  const first = Promise.withResolvers<void>();
  const { tails, rows, done } = makeTails(async (_, count) => {
    if (count === 1) await first.promise;
    return true;
  });
  tails.add(tail("1", historyEvents.executionStarted(), { inputBlob: "input" }));
  await Promise.resolve();
  const start = historyEvents.executionStarted();
  tails.add(tail("2", start, { customStatus: '"one"', inputBlob: "larger", mayCreate: true }, ["old"]));
  tails.add(tail("3", historyEvents.executionCompleted("1"), { customStatus: '"two"', executionId: "e2" }));
  expect(rows).toHaveLength(1);
  expect(tails.isSettled).toBe(false);
  first.resolve();
  await tails.settled();
  expect(rows).toHaveLength(2);
  expect(tails.isSettled).toBe(true);
  expect(rows[1]).toMatchObject({
    executionId: "e2",
    customStatus: '"two"',
    inputBlob: "larger",
    mayCreate: true,
    newEvents: [start, historyEvents.executionCompleted("1")],
  });
  expect(done).toEqual(["deleted 1", "abc is Completed", "removed old", "deleted 2", "deleted 3"]);
});

test("a custom status that waits for a write is kept although the next episode sets none", async () => {
  const first = Promise.withResolvers<void>();
  const { tails, rows } = makeTails(async (_, count) => {
    if (count === 1) await first.promise;
    return true;
  });
  tails.add(tail("1", historyEvents.executionStarted()));
  await Promise.resolve();
  tails.add(tail("2", historyEvents.executionCompleted("1"), { customStatus: '"half"' }));
  tails.add(tail("3", historyEvents.executionCompleted("1"), { customStatus: undefined }));
  first.resolve();
  await tails.settled();
  expect(rows.map((row) => row.customStatus)).toEqual([null, '"half"']);
});

test("if a row cannot be written, its messages are abandoned, and the next row is tried", async () => {
  const { tails, done } = makeTails(async (_, count) => {
    if (count === 1) throw new Error("no route");
    return true;
  });
  tails.add(tail("1", historyEvents.executionStarted()));
  await tails.settled();
  tails.add(tail("2", historyEvents.executionCompleted(null)));
  await tails.settled();
  expect(done).toEqual(["abandoned 1", "abc is Completed", "deleted 2"]);
});

test.each([
  ["purged is not created again", [], 1],
  ["never written is created from the history", [historyEvents.executionStarted()], 2],
])("a row that was %s", async (_, stored, writes) => {
  const { tails, rows } = makeTails(async ({ mayCreate }) => mayCreate, stored);
  tails.add(tail("1", historyEvents.executionCompleted(null)));
  await tails.settled();
  expect(rows).toHaveLength(writes);
  if (writes === 2) expect(rows[1]).toMatchObject({ mayCreate: true, newEvents: stored });
});

test("the end of an instance is reported after its row is written, and not before", async () => {
  const { tails, done } = makeTails(async (_, count) => {
    if (count === 1) throw new Error("no route");
    return true;
  });
  tails.add(tail("1", historyEvents.executionCompleted(null)));
  await tails.settled();
  expect(done).toEqual(["abandoned 1"]);
  tails.add(tail("1", historyEvents.executionCompleted(null)));
  await tails.settled();
  expect(done.slice(1)).toEqual(["abc is Completed", "deleted 1"]);
});

describe("a row that another host changed since it was read", () => {
  const RUNNING = { etag: "fresh", executionId: "e1", status: "Running" };

  /** @param etag - The ETag of the stored history; the checkpoint's own is "1". */
  function makeChanged(found: object | null, etag = "1") {
    const writes: [EpisodeRow, string | null | undefined][] = [];
    const deps = {
      instances: {
        findRow: async () => found,
        async writeEpisode(row: EpisodeRow, over?: string | null) {
          writes.push([row, over]);
          return writes.length === 1 ? { kind: "changed" } : { kind: "written", etag: "next" };
        },
      },
      histories: { load: async () => ({ events: [historyEvents.executionStarted()], executionId: "e1", etag }) },
      delivery: { delete: async () => {} },
      clock: new FakeClock("1970-01-01T00:00:00Z"),
      log: silentLogger,
    };
    const tails = new CheckpointTails(deps as unknown as CheckpointTailDeps);
    tails.rememberRow("stale");
    return { tails, writes };
  }

  test.each([
    ["of the same execution", RUNNING, "fresh"],
    ["of the same execution, pending", { ...RUNNING, status: "Pending" }, "fresh"],
    ["of an earlier generation", { ...RUNNING, executionId: "e0" }, "fresh"],
    ["that is gone by now", null, null],
  ])("is written over if it is one %s", async (_, found, over) => {
    const { tails, writes } = makeChanged(found);
    tails.add(tail("1", historyEvents.executionCompleted("1")));
    await tails.settled();
    expect(writes.map(([, etag]) => etag)).toEqual(["stale", over]);
  });

  test("is left alone if it is a newer start's, which waits for its first episode", async () => {
    const { tails, writes } = makeChanged({ etag: "fresh", executionId: "e2", status: "Pending" });
    tails.add(tail("1", historyEvents.executionCompleted("1")));
    await tails.settled();
    expect(writes.map(([, etag]) => etag)).toEqual(["stale"]);
  });

  test("shows what the history says if that has moved on", async () => {
    const { tails, writes } = makeChanged({ ...RUNNING, status: "Completed" }, "2");
    tails.add(tail("1", historyEvents.executionCompleted("1")));
    await tails.settled();
    expect(writes.map(([row, etag]) => [row.newEvents.length, etag])).toEqual([
      [1, "stale"],
      [1, undefined],
    ]);
    expect(writes[1]?.[0].newEvents).toEqual([historyEvents.executionStarted()]);
  });
});

describe("a checkpoint so slow that another host may have advanced the instance", () => {
  const completed = [historyEvents.executionStarted(), historyEvents.executionCompleted(null)];
  const LATE_MS = 10_000;

  /**
   * @param etag - The ETag of the stored history; the checkpoint's own is "1".
   * @param failures - How many reads of the history fail.
   * @param writeMs - How long each write of the row takes.
   */
  function makeLateTails({ etag = "2", failures = 0, beforeMs = 0, writeMs = 0 }) {
    const clock = new FakeClock("1970-01-01T00:00:00Z");
    clock.advance(beforeMs);
    const rows: EpisodeRow[] = [];
    const etags: unknown[] = [];
    const done: string[] = [];
    let loads = 0;
    const tails = new CheckpointTails({
      instances: {
        findRow: async () => ({ etag: "row", executionId: "e1", status: "Running" }),
        async writeEpisode(row: EpisodeRow, rowEtag: unknown) {
          rows.push(row);
          etags.push(rowEtag);
          if (rows.length === 1) clock.advance(writeMs);
          return { kind: "written", etag: "next" };
        },
      },
      histories: {
        async load() {
          loads += 1;
          if (loads <= failures) throw new Error("no route");
          return { events: completed, executionId: "e1", etag };
        },
      },
      payloads: {},
      delivery: {
        delete: async (message: ReceivedMessage) => done.push(`deleted ${message.messageId}`),
        abandon: async (message: ReceivedMessage) => done.push(`abandoned ${message.messageId}`),
      },
      clock,
      log: silentLogger,
    } as unknown as CheckpointTailDeps);
    const finish = async () => {
      tails.add(tail("1", historyEvents.executionStarted()));
      await tails.settled();
    };
    return { finish, rows, etags, done, clock, loads: () => loads };
  }

  const own = [expect.objectContaining({ EventType: EventType.ExecutionStarted })];

  test("writes the row from the history if it has changed", async () => {
    const { finish, rows, done } = makeLateTails({ beforeMs: LATE_MS });
    await finish();
    expect(rows.map((it) => it.newEvents)).toEqual([completed]);
    expect(done).toEqual(["deleted 1"]);
  });

  test("writes its own row if the history has not changed", async () => {
    const { finish, rows, etags } = makeLateTails({ beforeMs: LATE_MS, etag: "1" });
    await finish();
    expect(rows.map((it) => it.newEvents)).toEqual([own]);
    expect(etags).toEqual(["row"]);
  });

  test("checks the history again if its own write was the slow part", async () => {
    const { finish, rows } = makeLateTails({ writeMs: LATE_MS });
    await finish();
    expect(rows.map((it) => it.newEvents)).toEqual([own, completed]);
  });

  test("retries that check, with a pause between attempts", async () => {
    const { finish, rows, done, clock } = makeLateTails({ writeMs: LATE_MS, failures: 3 });
    await finish();
    expect(rows.map((it) => it.newEvents)).toEqual([own, completed]);
    expect(done).toEqual(["deleted 1"]);
    expect(clock.now().getTime()).toBe(LATE_MS + 3_000);
  });

  test("abandons its messages if the check never succeeds", async () => {
    const { finish, done, loads } = makeLateTails({ writeMs: LATE_MS, failures: 1_000 });
    await finish();
    expect(done).toEqual(["abandoned 1"]);
    expect(loads()).toBe(60);
  });

  test("is the only kind that reads the history", async () => {
    const { finish, rows, loads } = makeLateTails({});
    await finish();
    expect(rows.map((it) => it.newEvents)).toEqual([own]);
    expect(loads()).toBe(0);
  });
});

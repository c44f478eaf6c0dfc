import { createSystemClock } from "@same-kit/shared";
import { describe, expect, test, vi } from "vitest";
import { HistoryConflictError } from "../../../../local/src/engine/errors.ts";
import type { HistoryEvent } from "../../../../local/src/engine/history/events.ts";
import { LargePayloads } from "../../../../local/src/engine/taskhub/large-payloads.ts";
import { HistoryStore } from "../../../../local/src/engine/tracking/history-store.ts";
import { StorageError } from "../../../../local/src/storage/storage-errors.ts";
import { historyEvents as event } from "../../../helpers/history-events.ts";
import type { StoreSubject } from "./store-subject.ts";

const text = (value: string) => ({ type: "String", value });
const int = (value: number) => ({ type: "Int32", value: String(value) });
const bool = (value: boolean) => ({ type: "Boolean", value: String(value) });
const time = (value: string) => ({ type: "DateTime", value });
const LATER = "2026-06-24T14:02:12.0000000Z";
const TIMESTAMP = time("2026-06-24T14:02:11.1234567Z");

const activities = (count: number): HistoryEvent[] => [
  event.orchestratorStarted(),
  event.executionStarted(),
  ...Array.from({ length: count - 2 }, (_, index) => event.taskScheduled(index)),
];

/** What a history store does, on any storage. */
export function describeHistoryStore({ openHub, rowsOf }: StoreSubject): void {
  async function openStore() {
    const hub = await openHub();
    const payloads = new LargePayloads(hub.largeMessages);
    const store = new HistoryStore({ hub, payloads, clock: createSystemClock() });
    const append = (
      events: HistoryEvent[],
      etag: string | null,
      given: { newEventCount?: number; executionId?: string; instanceId?: string } = {},
    ) => store.append({ instanceId: "abc", executionId: "e1", newEventCount: events.length, events, etag, ...given });
    return { hub, store, append };
  }

  describe("rows", () => {
    test("an episode is stored as one row per event and a sentinel, with .NET's columns and types", async () => {
      const { hub, append } = await openStore();
      await append([event.orchestratorStarted(), event.executionStarted(), event.taskScheduled(0)], null);
      const common = { partitionKey: "abc", ExecutionId: text("e1"), _Timestamp: TIMESTAMP };
      expect(await rowsOf(`${hub.hubName}History`)).toEqual([
        {
          ...common,
          rowKey: "0000000000000000",
          EventType: text("OrchestratorStarted"),
          EventId: int(-1),
          IsPlayed: bool(false),
        },
        {
          ...common,
          rowKey: "0000000000000001",
          EventType: text("ExecutionStarted"),
          EventId: int(-1),
          IsPlayed: bool(true),
          OrchestrationInstance: text('{"InstanceId":"abc","ExecutionId":"e1"}'),
          ParentInstance: text("null"),
          Name: text("HelloSequence"),
          Version: text(""),
          Input: text('"Tokyo"'),
          Tags: text("null"),
          ParentTraceContext: text("null"),
          Generation: int(0),
          GenerateNewTrace: bool(false),
        },
        {
          ...common,
          rowKey: "0000000000000002",
          EventType: text("TaskScheduled"),
          EventId: int(0),
          IsPlayed: bool(false),
          Name: text("SayHello"),
          Version: text(""),
          ParentTraceContext: text("null"),
          Tags: text("null"),
        },
        {
          partitionKey: "abc",
          rowKey: "sentinel",
          ExecutionId: text("e1"),
          IsCheckpointComplete: bool(true),
          CheckpointCompletedTimestamp: { type: "DateTime", value: expect.stringMatching(/^\d{4}-.*Z$/) },
        },
      ]);
    });

    test("a second episode continues where the first one ended", async () => {
      const { store, append } = await openStore();
      const first = [event.orchestratorStarted(), event.executionStarted(), event.taskScheduled(0)];
      const { etag } = await append(first, null);
      const all = [...first, event.orchestratorStarted(), event.taskCompleted(0, '"Hello Tokyo"')];
      const second = await append(all, etag, { newEventCount: 2 });
      const loaded = await store.load("abc", "e1");
      expect(loaded).toEqual({ events: all, executionId: "e1", etag: second.etag, blobNames: [] });
    });

    test.each([
      [99, 1],
      [100, 2],
      [198, 2],
      [250, 3],
    ])("%i events take %i transactions, each with the sentinel", async (count, transactions) => {
      const { hub, store, append } = await openStore();
      const transact = vi.spyOn(hub.history, "transact");
      await append(activities(count), null);
      expect(transact).toHaveBeenCalledTimes(transactions);
      const sentinels = transact.mock.calls.map(([actions]) => actions.at(-1));
      expect(sentinels).toMatchObject(
        sentinels.map((_, index) => ({ entity: { columns: { IsCheckpointComplete: index === transactions - 1 } } })),
      );
      expect((await store.load("abc", "e1")).events).toEqual(activities(count));
    });

    test.each(["x", "世", '"'])(
      "large rows of %s are split before the service rejects their total size",
      async (char) => {
        const { store, append } = await openStore();
        const big = char.repeat(30_000);
        const events = [
          ...activities(2),
          ...Array.from({ length: 150 }, (_, index) => event.taskCompleted(index, big)),
        ];
        await append(events, null);
        expect((await store.load("abc", null)).events).toEqual(events);
      },
    );

    test("IDs with characters that keys cannot contain are escaped", async () => {
      const { hub, store, append } = await openStore();
      const instanceId = "o'brien/50%?#\\^ 世界";
      await append(activities(2), null, { instanceId });
      expect((await rowsOf(`${hub.hubName}History`))[0]?.["partitionKey"]).toBe("o'brien^050%^3^2^1^^ 世界");
      expect((await store.load(instanceId, "e1")).events).toHaveLength(2);
    });
  });

  describe("two hosts on one instance", () => {
    test("only the first may create a history", async () => {
      const { append, store } = await openStore();
      await append(activities(2), null);
      await expect(append(activities(3), null, { executionId: "e2" })).rejects.toThrow(HistoryConflictError);
      expect((await store.load("abc", null)).events).toHaveLength(2);
    });

    test("only the one with the latest sentinel ETag may continue", async () => {
      const { append, store } = await openStore();
      const first = await append(activities(2), null);
      const second = await append(activities(3), first.etag, { newEventCount: 1 });
      const late = () => append(activities(5), first.etag, { newEventCount: 3 });
      await expect(late()).rejects.toThrow(HistoryConflictError);
      const third = await append(activities(4), second.etag, { newEventCount: 1 });
      await expect(append(activities(6), second.etag, { newEventCount: 3 })).rejects.toThrow(HistoryConflictError);
      expect(await store.load("abc", null)).toMatchObject({ events: activities(4), etag: third.etag });
    });
  });

  test.each<[string, HistoryEvent[]]>([
    ["other events", [event.taskScheduled(0), event.orchestratorCompleted()]],
    [
      "an event of another time at the end",
      [event.orchestratorStarted(), { ...event.taskScheduled(0), Timestamp: LATER }],
    ],
    [
      "an event of another time at the start",
      [{ ...event.orchestratorStarted(), Timestamp: LATER }, event.taskScheduled(0)],
    ],
    ["more events", [event.orchestratorStarted(), event.taskScheduled(1), event.taskScheduled(0)]],
  ])("a host that wrote %s first is a conflict", async (_, theirs) => {
    const { append, store } = await openStore();
    const { etag } = await append(activities(2), null);
    const all = [...activities(2), ...theirs];
    await append(all, etag, { newEventCount: theirs.length });
    const ours = [...activities(2), event.orchestratorStarted(), event.taskScheduled(0)];
    await expect(append(ours, etag, { newEventCount: 2 })).rejects.toThrow(HistoryConflictError);
    expect((await store.load("abc", null)).events).toEqual(all);
  });

  test("a storage that is out of order is not a conflict", async () => {
    const { hub, append } = await openStore();
    const { etag } = await append(activities(2), null);
    vi.spyOn(hub.history, "transact").mockRejectedValue(new StorageError(503, "ServerBusy"));
    await expect(append(activities(3), etag, { newEventCount: 1 })).rejects.toThrow("ServerBusy");
  });

  test("a write that succeeded but was retried after a lost response is not a conflict", async () => {
    const { hub, append, store } = await openStore();
    const transact = hub.history.transact.bind(hub.history);
    vi.spyOn(hub.history, "transact").mockImplementation(async (actions) => {
      await transact(actions);
      return transact(actions);
    });
    const first = await append(activities(3), null);
    const second = await append(activities(5), first.etag, { newEventCount: 2 });
    expect(await store.load("abc", null)).toMatchObject({ events: activities(5), etag: second.etag });
  });

  describe("executions", () => {
    test("a new execution replaces the old one, and leftover rows are not read", async () => {
      const { append, store, hub } = await openStore();
      const { etag } = await append(activities(10), null);
      const fresh = [event.orchestratorStarted(), event.executionStarted({ executionId: "e2" })];
      await append(fresh, etag, { executionId: "e2" });
      expect(await store.load("abc", null)).toMatchObject({ events: fresh, executionId: "e2" });
      expect(await rowsOf(`${hub.hubName}History`)).toHaveLength(11);
    });

    test("an execution other than the current one has no events, but the sentinel's ETag", async () => {
      const { append, store } = await openStore();
      const { etag } = await append(activities(4), null);
      expect(await store.load("abc", "other")).toEqual({ events: [], executionId: "e1", etag, blobNames: [] });
    });

    test("an instance without rows has an empty history and no ETag", async () => {
      const { store } = await openStore();
      expect(await store.load("abc", null)).toEqual({ events: [], executionId: null, etag: null, blobNames: [] });
    });

    test("rows that a crash left before the sentinel was updated are overwritten", async () => {
      const { append, store } = await openStore();
      const { etag } = await append(activities(2), null);
      const all = [...activities(2), event.taskScheduled(0), event.orchestratorCompleted()];
      await append(all, etag, { newEventCount: 2 });
      expect((await store.load("abc", "e1")).events).toEqual(all);
    });
  });

  describe("large values", () => {
    const large = JSON.stringify("x".repeat(30_720));

    test("are stored in blobs that the row refers to, and read back", async () => {
      const { hub, store, append } = await openStore();
      const events = [
        event.orchestratorStarted(),
        event.executionStarted({ input: large }),
        event.executionCompleted(large),
      ];
      const { inputBlob, outputBlob, blobNames } = await append(events, null);
      expect(inputBlob).toMatch(/^abc\/history-0000000000000001-ExecutionStarted-[0-9A-F]{8}-Input\.json\.gz$/);
      expect(outputBlob).toMatch(/^abc\/history-0000000000000002-ExecutionCompleted-[0-9A-F]{8}-Result\.json\.gz$/);
      const rows = await rowsOf(`${hub.hubName}History`);
      expect(rows[1]).toMatchObject({ Input: text(""), InputBlobName: text(inputBlob ?? "") });
      const loaded = await store.load("abc", "e1");
      expect(loaded.events).toEqual(events);
      expect(loaded.blobNames.sort()).toEqual(blobNames.sort());
    });

    test("of other events are not the input and the output of the instance", async () => {
      const { append } = await openStore();
      const raised = { EventType: 15, Name: "Go", Input: large, ParentTraceContext: null } as const;
      const events: HistoryEvent[] = [
        event.executionStarted(),
        { ...raised, EventId: -1, IsPlayed: true, Timestamp: LATER },
        event.taskCompleted(0, large),
        event.executionCompleted("1"),
      ];
      const appended = await append(events, null);
      expect(appended).toMatchObject({ inputBlob: null, outputBlob: null });
      expect(appended.blobNames).toHaveLength(2);
    });

    test("are those that exceed 61440 bytes of UTF-16", async () => {
      const { append } = await openStore();
      const { blobNames } = await append(
        [event.executionStarted({ input: "é".repeat(30_720) }), event.executionCompleted("é".repeat(30_721))],
        null,
      );
      expect(blobNames).toHaveLength(1);
    });
  });

  test("a purge removes the rest if another host removes rows at the same time", async () => {
    const { hub, append, store } = await openStore();
    await append(activities(5), null);
    const transact = hub.history.transact.bind(hub.history);
    vi.spyOn(hub.history, "transact").mockImplementationOnce(async (actions) => {
      for (const rowKey of ["0000000000000001", "sentinel"]) await hub.history.delete({ partitionKey: "abc", rowKey });
      return transact(actions);
    });
    await store.purge("abc");
    expect(await rowsOf(`${hub.hubName}History`)).toEqual([]);
  });

  test("a purge removes every row of the instance, and no row of another one", async () => {
    const { hub, append, store } = await openStore();
    await append(activities(250), null);
    await append(activities(2), null, { instanceId: "abcd" });
    await store.purge("abc");
    expect((await rowsOf(`${hub.hubName}History`)).map((row) => row["partitionKey"])).toEqual(["abcd", "abcd", "abcd"]);
    await store.purge("abc");
  });
}

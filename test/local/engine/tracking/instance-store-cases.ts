import { createSystemClock } from "@same-kit/shared";
import { describe, expect, test, vi } from "vitest";
import type { InstanceFilter } from "../../../../local/src/engine/client.ts";
import { EventType, type HistoryEvent } from "../../../../local/src/engine/history/events.ts";
import { historyBlobName, LargePayloads } from "../../../../local/src/engine/taskhub/large-payloads.ts";
import { InstanceStore } from "../../../../local/src/engine/tracking/instance-store.ts";
import { StorageError } from "../../../../local/src/storage/storage-errors.ts";
import { historyEvents as event } from "../../../helpers/history-events.ts";
import type { StoreSubject } from "./store-subject.ts";

const CREATED = "2026-06-24T14:02:11.1234567Z";
const anyTime = { type: "DateTime", value: expect.stringMatching(/^\d{4}-.*Z$/) };
const text = (value: string) => ({ type: "String", value });

/** What an instance store does, on any storage. */
export function describeInstanceStore({ openHub, rowsOf }: StoreSubject): void {
  async function openStore() {
    const hub = await openHub();
    const payloads = new LargePayloads(hub.largeMessages);
    const store = new InstanceStore({ hub, payloads, clock: createSystemClock() });
    const write = (
      newEvents: HistoryEvent[],
      given: Partial<Parameters<InstanceStore["writeEpisode"]>[0]> = {},
      etag?: string | null,
    ) =>
      store.writeEpisode(
        {
          instanceId: "abc",
          executionId: "e1",
          customStatus: null,
          inputBlob: null,
          outputBlob: null,
          mayCreate: true,
          newEvents,
          ...given,
        },
        etag,
      );
    const start = (instanceId: string) => store.writeStarted(event.executionStarted({ instanceId }), null, null);
    const rowOf = async (key = "abc") => {
      const rows = await rowsOf(`${hub.hubName}Instances`);
      const row = rows.find((it) => it["partitionKey"] === key);
      if (row === undefined) throw new Error("There is no row.");
      return row;
    };
    const statusOf = async (instanceId = "abc") => {
      const status = await store.status(instanceId, { withInput: true });
      if (status === null) throw new Error("There is no row.");
      return status;
    };
    return { hub, payloads, store, write, start, rowOf, statusOf };
  }

  describe("a start", () => {
    test("creates a pending row with the columns and types of a .NET client", async () => {
      const { hub, start, rowOf } = await openStore();
      await start("abc");
      expect(await rowOf()).toEqual({
        partitionKey: "abc",
        rowKey: "",
        ExecutionId: text("e1"),
        TaskHubName: text(hub.hubName),
        LastUpdatedTime: anyTime,
        RuntimeStatus: text("Pending"),
        Name: text("HelloSequence"),
        Version: text(""),
        CreatedTime: { type: "DateTime", value: CREATED },
        Input: text('"Tokyo"'),
        Generation: { type: "Int32", value: "0" },
        Tags: text("null"),
      });
    });

    test("of an ID that another client started in the meantime leaves the row alone", async () => {
      const { store, start, rowOf } = await openStore();
      await start("abc");
      await store.writeStarted(event.executionStarted({ executionId: "e2" }), null, null);
      expect(await rowOf()).toMatchObject({ ExecutionId: text("e1") });
    });

    test("of an ended instance's ID replaces the whole row", async () => {
      const { store, start, write, rowOf } = await openStore();
      await start("abc");
      await write([event.executionCompleted('"done"')], { customStatus: '"busy"' });
      const existing = await store.findRow("abc");
      expect(existing).toMatchObject({ executionId: "e1", status: "Completed", createdTime: CREATED, generation: 0 });
      await store.writeStarted(event.executionStarted({ executionId: "e2", generation: 1 }), existing, null);
      const row = await rowOf();
      expect(row).toMatchObject({
        ExecutionId: text("e2"),
        RuntimeStatus: text("Pending"),
        Generation: { value: "1" },
      });
      for (const column of ["Output", "CustomStatus", "CompletedTime"]) expect(row).not.toHaveProperty(column);
    });

    test("whose row changed after it was read is ignored", async () => {
      const { store, start, write, rowOf } = await openStore();
      await start("abc");
      const existing = await store.findRow("abc");
      await write([event.executionResumed(null)]);
      await store.writeStarted(event.executionStarted({ executionId: "e2" }), existing, null);
      expect(await rowOf()).toMatchObject({ ExecutionId: text("e1") });
    });

    test("whose message went to a blob stores that blob's URL as input, and the input is read from it", async () => {
      const { store, payloads, rowOf, statusOf } = await openStore();
      const name = "abc/message-0b8a5c0e6f0d4a399c832f1f0f6d8c11-ExecutionStarted.json.gz";
      await payloads.save(name, JSON.stringify({ TaskMessage: { Event: { Input: '"large"' } } }));
      await store.writeStarted(event.executionStarted(), null, name);
      expect(await rowOf()).toMatchObject({ Input: text(payloads.urlOf(name)) });
      expect((await statusOf()).input).toBe('"large"');
    });

    test("whose input fits a message but not a column stores it in a blob that the row refers to", async () => {
      const { store, rowOf, statusOf } = await openStore();
      const input = "x".repeat(31_000);
      await store.writeStarted(event.executionStarted({ input }), null, null);
      expect(await rowOf()).toMatchObject({
        Input: text(""),
        InputBlobName: { value: expect.stringMatching(/^abc\/history--Input-[0-9A-F]{8}-Input\.json\.gz$/) },
      });
      expect((await statusOf()).input).toBe(input);
    });
  });

  describe("an episode", () => {
    test("creates the row of a sub-orchestration", async () => {
      const { hub, write, rowOf } = await openStore();
      await write([event.orchestratorStarted(), event.executionStarted({ generation: null })], {
        customStatus: '{"step":1}',
      });
      expect(await rowOf()).toEqual({
        partitionKey: "abc",
        rowKey: "",
        ExecutionId: text("e1"),
        TaskHubName: text(hub.hubName),
        LastUpdatedTime: { type: "DateTime", value: CREATED },
        CustomStatus: text('{"step":1}'),
        RuntimeStatus: text("Running"),
        Name: text("HelloSequence"),
        Version: text(""),
        CreatedTime: { type: "DateTime", value: CREATED },
        Input: text('"Tokyo"'),
        Tags: text("null"),
      });
    });

    test.each<[string, HistoryEvent[], string, string | null]>([
      ["completes", [event.executionCompleted('"done"')], "Completed", '"done"'],
      ["fails", [event.executionCompleted("boom", "Failed")], "Failed", "boom"],
      ["fails with details", [event.executionCompleted(null, "Failed", "boom")], "Failed", "Error: boom"],
      ["is suspended", [event.executionSuspended("maintenance")], "Suspended", "maintenance"],
      ["is resumed", [event.executionSuspended("why"), event.executionResumed("done")], "Running", "done"],
      [
        "is terminated",
        [event.executionTerminated("gave up"), event.executionCompleted("gave up", "Terminated")],
        "Terminated",
        "gave up",
      ],
      ["completes without a result", [event.executionCompleted(null)], "Completed", null],
      [
        "is rewound",
        [{ ...event.orchestratorStarted(), EventType: EventType.GenericEvent, Data: null }],
        "Running",
        null,
      ],
      ["continues", [event.taskScheduled(0)], "Pending", null],
    ])("that %s is recorded in the row", async (_, events, runtimeStatus, output) => {
      const { start, write, statusOf, rowOf } = await openStore();
      await start("abc");
      await write(events);
      expect(await statusOf()).toMatchObject({ runtimeStatus, output, input: '"Tokyo"', name: "HelloSequence" });
      const hasEnded = events.some((it) => it.EventType === 1);
      expect("CompletedTime" in (await rowOf())).toBe(hasEnded);
    });

    test("that omits the custom status leaves it as it is", async () => {
      const { write, statusOf } = await openStore();
      await write([event.executionStarted()], { customStatus: '"busy"' });
      await write([event.executionTerminated("enough")], { customStatus: undefined });
      expect((await statusOf()).customStatus).toBe('"busy"');
    });

    test("was last updated at the time of its last event", async () => {
      const { write, statusOf } = await openStore();
      const last = { ...event.orchestratorCompleted(), Timestamp: "2026-06-24T14:02:13.0000000Z" };
      await write([
        event.executionStarted(),
        { ...event.taskScheduled(0), Timestamp: "2026-06-24T14:02:12.0000000Z" },
        last,
      ]);
      expect((await statusOf()).lastUpdatedTime).toBe(last.Timestamp);
    });

    test("without a custom status writes the string null, as .NET does", async () => {
      const { write, rowOf } = await openStore();
      await write([event.executionStarted()]);
      expect(await rowOf()).toMatchObject({ CustomStatus: text("null") });
    });

    test("whose result went to a blob stores that blob's URL as output", async () => {
      const { hub, payloads, write, rowOf, statusOf } = await openStore();
      const name = historyBlobName("a^0b", "0000000000000001", "ExecutionCompleted", "Result");
      await payloads.save(name, '"large"');
      await write([event.executionCompleted("")], { outputBlob: name });
      const url = `${hub.blobEndpoint}/`;
      expect(await rowOf()).toMatchObject({ Output: { value: expect.stringMatching(url) } });
      expect((await statusOf()).output).toBe('"large"');
    });

    test.each([
      ["failure", event.executionCompleted(null, "Failed", "x".repeat(40_000)), `Error: ${"x".repeat(40_000)}`],
      ["reason", event.executionTerminated("x".repeat(40_000)), "x".repeat(40_000)],
    ])("with a %s too large for a column stores it in a blob", async (_, given, output) => {
      const { write, statusOf } = await openStore();
      await write([given]);
      expect((await statusOf()).output).toBe(output);
    });

    test("of a later generation replaces an input that was in a blob", async () => {
      const { store, write, statusOf } = await openStore();
      await store.writeStarted(event.executionStarted({ input: "x".repeat(31_000) }), null, null);
      await write([event.executionStarted({ executionId: "e2", input: "2" })], { executionId: "e2" });
      expect((await statusOf()).input).toBe("2");
    });
  });

  test("an output that is a foreign URL is left unchanged", async () => {
    const { write, statusOf } = await openStore();
    await write([event.executionCompleted("https://example.org/a.json.gz")]);
    expect((await statusOf()).output).toBe("https://example.org/a.json.gz");
  });

  test("a start for later has its time in the row, and tags are kept", async () => {
    const { store, rowOf, statusOf } = await openStore();
    const start = { ScheduledStartTime: "2026-06-25T00:00:00.0000000Z", Tags: { team: "a" } };
    await store.writeStarted({ ...event.executionStarted(), ...start }, null, null);
    // The service drops zeros at the end.
    expect(await rowOf()).toMatchObject({
      ScheduledStartTime: { type: "DateTime", value: expect.stringMatching(/^2026-06-25T00:00:00(\.0+)?Z$/) },
    });
    expect(await statusOf()).toMatchObject({ tags: { team: "a" }, createdTime: CREATED });
  });

  test("an output whose blob was removed is null", async () => {
    const { payloads, write, statusOf } = await openStore();
    const name = historyBlobName("abc", "0000000000000001", "ExecutionCompleted", "Result");
    await payloads.save(name, '"large"');
    await write([event.executionCompleted("")], { outputBlob: name });
    await payloads.remove(name);
    expect((await statusOf()).output).toBeNull();
  });

  test("a rewound instance is pending until its next episode", async () => {
    const { store, write, statusOf } = await openStore();
    await write([event.executionCompleted("boom", "Failed")]);
    await store.markRewound("abc");
    expect(await statusOf()).toMatchObject({ runtimeStatus: "Pending", output: "boom" });
  });

  test("neither a termination nor a rewind creates a row", async () => {
    const { store } = await openStore();
    await store.markTerminated("abc", CREATED, null);
    await store.markRewound("abc");
    expect(await store.findRow("abc")).toBeNull();
  });

  test("a termination without a reason has no output", async () => {
    const { store, start, rowOf } = await openStore();
    await start("abc");
    await store.markTerminated("abc", CREATED, null);
    expect(await rowOf()).not.toHaveProperty("Output");
  });

  test("an instance that was terminated before it started has the reason as output", async () => {
    const { store, start, statusOf } = await openStore();
    await start("abc");
    await store.markTerminated("abc", CREATED, "not needed");
    expect(await statusOf()).toMatchObject({
      runtimeStatus: "Terminated",
      output: "not needed",
      lastUpdatedTime: CREATED,
    });
  });

  test("a storage that is out of order is not taken for another version of the row", async () => {
    const { hub, start, write } = await openStore();
    const etag = await start("abc");
    vi.spyOn(hub.instances, "update").mockRejectedValue(new StorageError(503, "ServerBusy"));
    await expect(write([event.executionStarted()], {}, etag)).rejects.toThrow("ServerBusy");
  });

  test("a removed instance is not found, and removing it again is not an error", async () => {
    const { store, start } = await openStore();
    await start("abc");
    await store.remove("abc");
    await store.remove("abc");
    expect(await store.findRow("abc")).toBeNull();
    expect(await store.status("abc", { withInput: true })).toBeNull();
  });

  describe("a list", () => {
    const list = async (store: InstanceStore, filter: InstanceFilter, top = 100) => {
      const pages: string[][] = [];
      let continuationToken: string | null = null;
      do {
        const token: { continuationToken?: string } = continuationToken === null ? {} : { continuationToken };
        const page = await store.list(filter, { top, withInput: false, ...token });
        pages.push(page.rows.map((row) => row.instanceId));
        continuationToken = page.continuationToken;
      } while (continuationToken !== null);
      return pages;
    };

    test("comes in pages of the requested size, to the end", async () => {
      const { store, start } = await openStore();
      for (const id of ["a", "b", "c", "d", "e"]) await start(id);
      const pages = await list(store, {}, 2);
      expect(pages.flat()).toEqual(["a", "b", "c", "d", "e"]);
      expect(Math.max(...pages.map((page) => page.length))).toBe(2);
    });

    test("finds IDs by prefix, whatever characters they contain", async () => {
      const { store, start } = await openStore();
      const ids = ["x'1", "x'2", "x/1", "x/2", "x^1", "x%1", "y"];
      for (const id of ids) await start(id);
      for (const prefix of ["x'", "x/", "x^", "x%", "y", "z"]) {
        const found = (await list(store, { instanceIdPrefix: prefix })).flat();
        expect(found, prefix).toEqual(ids.filter((id) => id.startsWith(prefix)));
      }
    });

    test("finds instances by status and creation time", async () => {
      const { store, start, write } = await openStore();
      for (const id of ["a", "b", "c"]) await start(id);
      await write([event.executionCompleted("1")], { instanceId: "b" });
      await write([event.executionCompleted("1", "Failed")], { instanceId: "c" });
      expect(await list(store, { runtimeStatus: ["Completed", "Failed"] })).toEqual([["b", "c"]]);
      expect(await list(store, { createdTimeFrom: CREATED, createdTimeTo: CREATED })).toEqual([["a", "b", "c"]]);
      expect((await list(store, { createdTimeFrom: "2026-06-24T14:02:12.0000000Z" })).flat()).toEqual([]);
      expect((await list(store, { createdTimeTo: "2026-06-24T14:02:11.0000000Z" })).flat()).toEqual([]);
    });

    test("includes inputs only on request", async () => {
      const { store, start } = await openStore();
      await start("abc");
      const inputOf = async (withInput: boolean) => (await store.list({}, { top: 10, withInput })).rows[0]?.input;
      expect(await inputOf(false)).toBeNull();
      expect(await inputOf(true)).toBe('"Tokyo"');
    });
  });

  test("an episode does not create a row if its instance was purged", async () => {
    const { store, start, write } = await openStore();
    expect(await write([event.executionStarted()], { mayCreate: false })).toEqual({ kind: "missing" });
    expect(await write([event.executionStarted()], { mayCreate: false }, null)).toEqual({ kind: "missing" });
    expect(await store.findRow("abc")).toBeNull();
    await start("abc");
    expect(await write([event.executionStarted()], { mayCreate: false })).toMatchObject({ kind: "written" });
    expect((await store.findRow("abc"))?.status).toBe("Running");
  });

  test("an episode with an expected row version is written only over that version", async () => {
    const { start, write, store } = await openStore();
    const first = await start("abc");
    const changed = { kind: "changed" };
    expect(await write([event.executionStarted()], {}, null)).toEqual(changed);
    expect(await write([event.executionStarted()], {}, first)).toMatchObject({ kind: "written" });
    expect(await write([event.executionCompleted("1")], {}, first)).toEqual(changed);
    expect((await store.findRow("abc"))?.status).toBe("Running");
    await store.remove("abc");
    expect(await write([event.executionCompleted("1")], {}, first)).toEqual({ kind: "missing" });
    expect(await write([event.executionStarted()], {}, null)).toMatchObject({ kind: "written" });
  });
}

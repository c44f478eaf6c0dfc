import { createSystemClock, silentLogger } from "@same-kit/shared";
import { describe, expect, test, vi } from "vitest";
import { startPartitionManager } from "../../../../local/src/engine/leases/partition-manager.ts";
import { readPartitions } from "../../../../local/src/engine/leases/partition-table.ts";
import { attachTaskHub, openTaskHub } from "../../../../local/src/engine/taskhub/task-hub.ts";
import { createMemoryStorage } from "../../../../local/src/storage/memory/memory-storage.ts";
import type { StorageTable } from "../../../../local/src/storage/storage-table.ts";
import { type Intercept, interceptStorage } from "../../../helpers/intercept-storage.ts";
import { SdkInvoker } from "../../../helpers/sdk-orchestrator.ts";
import { VirtualWorld } from "../../../helpers/virtual-world.ts";
import { waitFor } from "../../../helpers/wait-for.ts";

async function startOnMemory(intercept: Intercept = (_, proceed) => proceed()) {
  const clock = createSystemClock();
  const storage = createMemoryStorage({ clock });
  const hub = await openTaskHub({ storage, hubName: "Hub", partitionCount: 4 });
  const calls: string[] = [];
  const watched = interceptStorage(storage, (call, proceed) => {
    calls.push(`${call.resource} ${call.operation}`);
    return intercept(call, proceed);
  });
  const open = new Set<string>();
  const reader = {
    open: (queueName: string) => void open.add(queueName),
    lose: (queueName: string) => void open.delete(queueName),
    drain: async (queueName: string) => void open.delete(queueName),
  };
  const own = attachTaskHub({ storage: watched, hubName: "Hub", partitionCount: 4 });
  const deps = { reader, reading: Promise.resolve(), clock, log: silentLogger };
  const manager = startPartitionManager({ ...deps, hub: own, workerId: "one" });
  const owners = async () => (await readPartitions(hub)).map(({ currentOwner }) => currentOwner);
  return { hub, manager, open, calls, owners };
}

const QUEUES = [0, 1, 2, 3].map((index) => `hub-control-0${index}`);
const PASS = ["hub-leases list", "HubPartitions query"];

test("all idle queues are claimed with one write, and released with one", async () => {
  const { hub, manager, open, calls } = await startOnMemory();
  await waitFor(() => open.size === 4);
  expect(calls.splice(0)).toEqual([...PASS, "HubPartitions transact"]);
  await manager.stop();
  // Without a look at the leases of hosts of Durable Functions 2.x.
  expect(calls).toEqual(["HubPartitions query", "HubPartitions transact"]);
  const rows = await readPartitions(hub);
  expect(rows.map(({ currentOwner, isDraining }) => [currentOwner, isDraining])).toEqual(Array(4).fill([null, false]));
});

test("a single row is written without a transaction", async () => {
  const { hub, manager, open, calls } = await startOnMemory();
  await waitFor(() => open.size === 4);
  for (const rowKey of QUEUES.slice(1)) await hub.partitions.delete({ partitionKey: "", rowKey });
  calls.length = 0;
  await manager.stop();
  expect(calls).toEqual(["HubPartitions query", "HubPartitions update"]);
});

describe.each([
  [
    "took",
    (table: StorageTable, rowKey: string) =>
      table.upsert({ partitionKey: "", rowKey, columns: { CurrentOwner: "thief" } }, "Merge"),
  ],
  ["removed", (table: StorageTable, rowKey: string) => table.delete({ partitionKey: "", rowKey })],
] as const)("a row that another client %s in the middle of a pass", (_, change) => {
  test("does not prevent the worker from claiming the others", async () => {
    const partitions = Promise.withResolvers<StorageTable>();
    let isFirst = true;
    const { hub, manager, open, calls, owners } = await startOnMemory(async ({ operation }, proceed) => {
      if (operation === "transact" && isFirst) await change(await partitions.promise, QUEUES[1] ?? "");
      isFirst &&= operation !== "transact";
      return proceed();
    });
    partitions.resolve(hub.partitions);
    await waitFor(() => open.size === 3);
    expect([...open].toSorted()).toEqual(QUEUES.filter((it) => it !== QUEUES[1]));
    expect(calls.slice(0, 7)).toEqual([...PASS, "HubPartitions transact", ...Array(4).fill("HubPartitions update")]);
    expect((await owners()).filter((it) => it === "one")).toHaveLength(3);
    await manager.stop();
    expect((await owners()).filter((it) => it === "one")).toEqual([]);
  });
});

test.each(["refused", "lost"])(
  "all queues are claimed, and released in the end, if any request is %s",
  async (fate) => {
    for (let at = 1; at <= 5; at += 1) {
      let count = 0;
      const { manager, open, calls, owners } = await startOnMemory(async (_, proceed) => {
        count += 1;
        if (count !== at) return proceed();
        if (fate === "lost") await proceed().catch(() => {});
        throw new Error("The storage is out of order.");
      });
      await waitFor(() => open.size === 4);
      expect(await owners()).toEqual(Array(4).fill("one"));
      await manager.stop();
      expect([open.size, await owners()]).toEqual([0, Array(4).fill(null)]);
      expect(calls.length).toBeGreaterThan(5);
    }
  },
);

test("a queue that is claimed while the worker stops is released without being read", async () => {
  const { hub, manager, open } = await startOnMemory();
  await manager.stop();
  expect(open.size).toBe(0);
  expect((await readPartitions(hub)).map(({ currentOwner }) => currentOwner)).toEqual(Array(4).fill(null));
});

test("a hub that already exists is opened without a write to its partitions", async () => {
  const storage = createMemoryStorage({ clock: createSystemClock() });
  const options = { storage, hubName: "Hub", partitionCount: 4 };
  const first = await openTaskHub(options);
  await first.partitions.delete({ partitionKey: "", rowKey: first.controlQueues[2]!.name });
  const insert = vi.spyOn(first.partitions, "insert");
  await openTaskHub(options);
  expect(insert.mock.calls.map(([{ rowKey }]) => rowKey)).toEqual([first.controlQueues[2]!.name]);
  expect(await readPartitions(first)).toHaveLength(4);
});

async function ownersOf(world: VirtualWorld): Promise<(string | null)[]> {
  return (await readPartitions((await world.stores()).hub)).map(({ currentOwner }) => currentOwner);
}
const idle = new SdkInvoker({ orchestrators: {} });

test("a second host gets its share within seconds, and loses it as quickly when it stops", async () => {
  const world = new VirtualWorld();
  await world.startEngine({ invoker: idle, workerId: "one" });
  // Halfway between two passes.
  await world.pass(4_000);
  const two = await world.startEngine({ invoker: idle, workerId: "two" });
  await world.pass(5_000);
  expect((await ownersOf(world)).toSorted()).toEqual(["one", "one", "two", "two"]);
  await two.stop();
  await world.pass(3_500);
  expect(await ownersOf(world)).toEqual(Array(4).fill("one"));
});

test("the partitions of a dead host are taken over within four seconds after its lease expires", async () => {
  const world = new VirtualWorld();
  const one = await world.startEngine({ invoker: idle, workerId: "one" });
  await world.startEngine({ invoker: idle, workerId: "two" });
  await world.pass(20_000);
  expect((await ownersOf(world)).toSorted()).toEqual(["one", "one", "two", "two"]);
  one.die();
  await world.pass(34_000);
  expect(await ownersOf(world)).toEqual(Array(4).fill("two"));
});

test("without changes, rows are written only every ten seconds", async () => {
  const world = new VirtualWorld();
  let [reads, writes] = [0, 0];
  await world.startEngine({
    invoker: idle,
    workerId: "one",
    fateOf: ({ resource, operation }) => {
      if (resource.endsWith("Partitions")) operation === "query" ? reads++ : writes++;
      return undefined;
    },
  });
  [reads, writes] = [0, 0];
  const etags = async () => (await readPartitions((await world.stores()).hub)).map(({ etag }) => etag);
  const before = await etags();
  await world.pass(9_900);
  expect(await etags()).toEqual(before);
  expect([reads, writes]).toEqual([2, 0]);
  await world.pass(200);
  expect(await etags()).not.toEqual(before);
});

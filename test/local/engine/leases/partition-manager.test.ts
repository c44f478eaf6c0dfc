import { createSystemClock, silentLogger } from "@same-kit/shared";
import { expect, test, vi } from "vitest";
import { startPartitionManager } from "../../../../local/src/engine/leases/partition-manager.ts";
import { readPartitions } from "../../../../local/src/engine/leases/partition-table.ts";
import { openTaskHub } from "../../../../local/src/engine/taskhub/task-hub.ts";
import { createMemoryStorage } from "../../../../local/src/storage/memory/memory-storage.ts";
import { SdkInvoker } from "../../../helpers/sdk-orchestrator.ts";
import { VirtualWorld } from "../../../helpers/virtual-world.ts";
import { waitFor } from "../../../helpers/wait-for.ts";

async function startOnMemory() {
  const clock = createSystemClock();
  const hub = await openTaskHub({ storage: createMemoryStorage({ clock }), hubName: "Hub", partitionCount: 4 });
  const open = new Set<string>();
  const reader = {
    open: (queueName: string) => void open.add(queueName),
    lose: (queueName: string) => void open.delete(queueName),
    drain: async (queueName: string) => void open.delete(queueName),
  };
  const manager = startPartitionManager({ hub, workerId: "one", reader, clock, log: silentLogger });
  return { hub, manager, open };
}

test("idle queues are released with a single write each", async () => {
  const { hub, manager, open } = await startOnMemory();
  await waitFor(() => open.size === 4);
  const update = vi.spyOn(hub.partitions, "update");
  await manager.stop();
  expect(update).toHaveBeenCalledTimes(4);
  const rows = await readPartitions(hub);
  expect(rows.map(({ currentOwner, isDraining }) => [currentOwner, isDraining])).toEqual(Array(4).fill([null, false]));
});

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

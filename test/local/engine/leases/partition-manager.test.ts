import { createSystemClock, silentLogger } from "@same-kit/shared";
import { expect, test, vi } from "vitest";
import { startPartitionManager } from "../../../../local/src/engine/leases/partition-manager.ts";
import { readPartitions } from "../../../../local/src/engine/leases/partition-table.ts";
import { openTaskHub } from "../../../../local/src/engine/taskhub/task-hub.ts";
import { createMemoryStorage } from "../../../../local/src/storage/memory/memory-storage.ts";
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

test("queues on which nothing is under way are let go with one write each", async () => {
  const { hub, manager, open } = await startOnMemory();
  await waitFor(() => open.size === 4);
  const update = vi.spyOn(hub.partitions, "update");
  await manager.stop();
  expect(update).toHaveBeenCalledTimes(4);
  const rows = await readPartitions(hub);
  expect(rows.map(({ currentOwner, isDraining }) => [currentOwner, isDraining])).toEqual(Array(4).fill([null, false]));
});

test("a queue that is claimed while the worker stops is not read, and is let go", async () => {
  const { hub, manager, open } = await startOnMemory();
  await manager.stop();
  expect(open.size).toBe(0);
  expect((await readPartitions(hub)).map(({ currentOwner }) => currentOwner)).toEqual(Array(4).fill(null));
});

test("a hub that was opened before is opened without a write to its partitions", async () => {
  const storage = createMemoryStorage({ clock: createSystemClock() });
  const options = { storage, hubName: "Hub", partitionCount: 4 };
  const first = await openTaskHub(options);
  await first.partitions.delete({ partitionKey: "", rowKey: first.controlQueues[2]!.name });
  const insert = vi.spyOn(first.partitions, "insert");
  await openTaskHub(options);
  expect(insert.mock.calls.map(([{ rowKey }]) => rowKey)).toEqual([first.controlQueues[2]!.name]);
  expect(await readPartitions(first)).toHaveLength(4);
});

import { type Clock, createLogger, createSystemClock, type LogEntry, silentLogger } from "@same-kit/shared";
import { expect, onTestFinished, test } from "vitest";
import { type PartitionReader, startPartitionManager } from "../../../../local/src/engine/leases/partition-manager.ts";
import { readPartitions, writePartition } from "../../../../local/src/engine/leases/partition-table.ts";
import type { TaskHub } from "../../../../local/src/engine/taskhub/task-hub.ts";
import { openStorage } from "../../../../local/src/storage/azure/open-storage.ts";
import { openTestHub, useAzurite } from "../../../helpers/azurite.ts";
import { rawTable } from "../../../helpers/raw-storage.ts";
import { waitFor } from "../../../helpers/wait-for.ts";

const storage = useAzurite();

/** Real time, but the manager reads the table every few milliseconds instead of every few seconds. */
function hastyClock(): Clock {
  const clock = createSystemClock();
  return { ...clock, sleep: (ms, signal) => clock.sleep(ms >= 60_000 ? ms : 20, signal) };
}

class RecordingReader implements PartitionReader {
  readonly queues = new Set<string>();
  readonly events: string[] = [];
  finishDraining: () => void = () => {};
  isSlow = false;

  open(queueName: string): void {
    this.queues.add(queueName);
    this.events.push(`open ${queueName.slice(-2)}`);
  }

  lose(queueName: string): void {
    this.queues.delete(queueName);
    this.events.push(`lose ${queueName.slice(-2)}`);
  }

  async drain(queueName: string): Promise<void> {
    this.queues.delete(queueName);
    this.events.push(`drain ${queueName.slice(-2)}`);
    if (this.isSlow) await new Promise<void>((resolve) => (this.finishDraining = resolve));
  }
}

function startWorker(hub: TaskHub, workerId: string) {
  const reader = new RecordingReader();
  const reading = Promise.resolve();
  const manager = startPartitionManager({ hub, workerId, reader, reading, clock: hastyClock(), log: silentLogger });
  onTestFinished(() => manager.stop());
  return { reader, manager };
}

const owners = async (hub: TaskHub) => (await readPartitions(hub)).map((row) => row.currentOwner);

test("a single worker reads every queue, and owns every row in the table", async () => {
  const hub = await openTestHub(storage());
  const { reader } = startWorker(hub, "one");
  await waitFor(() => reader.queues.size === 4);
  expect(await owners(hub)).toEqual(["one", "one", "one", "one"]);
  expect(reader.events.sort()).toEqual(["open 00", "open 01", "open 02", "open 03"]);
});

test("two workers share four queues, and neither reads a queue of the other", async () => {
  const hub = await openTestHub(storage());
  const one = startWorker(hub, "one");
  await waitFor(() => one.reader.queues.size === 4);
  const two = startWorker(hub, "two");
  await waitFor(() => {
    for (const queue of two.reader.queues) expect(one.reader.queues).not.toContain(queue);
    return one.reader.queues.size === 2 && two.reader.queues.size === 2;
  });
  expect((await owners(hub)).sort()).toEqual(["one", "one", "two", "two"]);
});

test("a stopping worker releases its queues, and the other worker takes them over", async () => {
  const hub = await openTestHub(storage());
  const one = startWorker(hub, "one");
  await waitFor(() => one.reader.queues.size === 4);
  const two = startWorker(hub, "two");
  await waitFor(() => two.reader.queues.size === 2);
  await one.manager.stop();
  expect(one.reader.queues.size).toBe(0);
  await waitFor(() => two.reader.queues.size === 4);
});

test("a queue is handed over only after the work in progress is finished", async () => {
  const hub = await openTestHub(storage(), 1);
  const one = startWorker(hub, "one");
  one.reader.isSlow = true;
  await waitFor(() => one.reader.queues.size === 1);
  const stopped = one.manager.stop();
  await waitFor(async () => (await readPartitions(hub)).every((row) => row.isDraining));
  expect(await owners(hub)).toEqual(["one"]);
  const two = startWorker(hub, "two");
  await waitFor(async () => (await readPartitions(hub)).every((row) => row.nextOwner === "two"));
  expect(two.reader.queues.size).toBe(0);
  one.reader.finishDraining();
  await stopped;
  await waitFor(() => two.reader.queues.size === 1);
});

test("a worker that lost a queue stops reading it immediately", async () => {
  const hub = await openTestHub(storage(), 1);
  const { reader } = startWorker(hub, "one");
  await waitFor(() => reader.queues.size === 1);
  await waitFor(async () => {
    const [row] = await readPartitions(hub);
    // The worker may renew in between; try again then.
    return (
      row &&
      writePartition(hub, { ...row, currentOwner: "thief" }).then(
        () => true,
        () => false,
      )
    );
  });
  await waitFor(() => reader.queues.size === 0);
  expect(reader.events.at(-1)).toBe("lose 00");
});

test("a row has the columns of the extension, and no owner columns after it is released", async () => {
  const hub = await openTestHub(storage(), 1);
  const { reader, manager } = startWorker(hub, "one");
  await waitFor(() => reader.queues.size === 1);
  const table = rawTable(storage(), `${hub.hubName}Partitions`);
  const read = () => table.getEntity("", hub.controlQueues[0]?.name ?? "", { disableTypeConversion: true });
  expect(await read()).toMatchObject({
    CurrentOwner: { type: "String", value: "one" },
    OwnedSince: { type: "DateTime" },
    LastRenewal: { type: "DateTime" },
    ExpiresAt: { type: "DateTime" },
    IsDraining: { type: "Boolean", value: "false" },
  });
  await manager.stop();
  const released = await read();
  expect(released).not.toHaveProperty("CurrentOwner");
  expect(released).not.toHaveProperty("NextOwner");
  expect(released).toMatchObject({ IsDraining: { value: "false" } });
});

test("a worker whose storage is unreachable warns once, and still stops", async () => {
  const hub = await openTestHub(storage(), 1);
  // Nothing listens on port 1.
  const connectionString = storage().connectionString.replace(/TableEndpoint=http:\/\/127\.0\.0\.1:\d+/, (text) =>
    text.replace(/\d+$/, "1"),
  );
  const partitions = openStorage(connectionString).table("Nowhere");
  const logged: LogEntry[] = [];
  const log = createLogger((entry) => logged.push(entry), "test");
  const reader = new RecordingReader();
  const deps = { workerId: "one", reader, reading: Promise.resolve(), clock: hastyClock(), log };
  const manager = startPartitionManager({ ...deps, hub: { ...hub, partitions } });
  await waitFor(() => logged.length >= 2);
  await manager.stop();
  expect(logged.filter((entry) => entry.level === "warn")).toHaveLength(1);
  expect(reader.events).toEqual([]);
});

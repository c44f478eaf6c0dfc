// What a partition manager does when its storage, its readers or other hosts do not behave, on a virtual clock.

import { createLogger, type LogEntry } from "@same-kit/shared";
import { expect, onTestFinished, test } from "vitest";
import { startPartitionManager } from "../../../../local/src/engine/leases/partition-manager.ts";
import {
  type PartitionRow,
  readPartitions,
  writePartition,
} from "../../../../local/src/engine/leases/partition-table.ts";
import { attachTaskHub, openTaskHub } from "../../../../local/src/engine/taskhub/task-hub.ts";
import type { StoredBlob } from "../../../../local/src/storage/memory/memory-container.ts";
import { createMemoryStorage } from "../../../../local/src/storage/memory/memory-storage.ts";
import { StorageError } from "../../../../local/src/storage/storage-errors.ts";
import { interceptStorage, type StorageCall } from "../../../helpers/intercept-storage.ts";
import { VirtualClock } from "../../../helpers/virtual-clock.ts";

const names = (queues: Iterable<string>) => [...queues].map((it) => it.slice(-2)).toSorted();

type Given = {
  /** Throws for a call that fails. */
  onCall?: (call: StorageCall) => void;
  drain?: () => Promise<void>;
  leases?: { name: string; isLeased: boolean }[];
};

async function startWorker({ onCall = () => {}, drain = async () => {}, leases = [] }: Given = {}) {
  const clock = new VirtualClock();
  const storage = createMemoryStorage({ clock });
  const options = { hubName: "Hub", partitionCount: 4 };
  const hub = await openTaskHub({ storage, ...options });
  let calls = 0;
  const watched = interceptStorage(storage, async (call, proceed) => {
    calls += 1;
    if (call.resource === "HubPartitions") onCall(call);
    return proceed();
  });
  const own = attachTaskHub({ storage: watched, ...options });
  const blobLeases = {
    ...own.blobLeases,
    list: async function* () {
      yield* leases as StoredBlob[];
    },
  };
  const open = new Set<string>();
  const lost: string[] = [];
  const drained: string[] = [];
  const logged: LogEntry[] = [];
  const manager = startPartitionManager({
    hub: { ...own, blobLeases },
    workerId: "one",
    reader: {
      open: (queueName) => void open.add(queueName),
      lose(queueName) {
        open.delete(queueName);
        lost.push(queueName);
      },
      async drain(queueName) {
        open.delete(queueName);
        drained.push(queueName);
        await drain();
      },
    },
    reading: Promise.resolve(),
    clock,
    log: createLogger((entry) => logged.push(entry), "engine"),
  });
  const settle = async () => {
    for (let quiet = 0; quiet < 3; quiet += 1) {
      const before = calls;
      await new Promise((resolve) => setImmediate(resolve));
      if (calls > before) quiet = -1;
    }
  };
  const pass = async (ms: number) => {
    const endsAt = clock.now().getTime() + ms;
    for (;;) {
      await settle();
      const next = clock.nextDueMs({ withRoutine: true }) ?? Number.POSITIVE_INFINITY;
      clock.moveTo(Math.min(next, endsAt));
      if (next > endsAt) break;
    }
    await settle();
  };
  onTestFinished(async () => {
    const stopping = manager.stop();
    await pass(120_000);
    await stopping;
  });
  await settle();
  const owners = async () => (await readPartitions(hub)).map(({ currentOwner }) => currentOwner);
  const lines = (level: string) => logged.filter((it) => it.level === level).map(({ message }) => message);
  return { clock, hub, manager, open, lost, drained, logged, owners, lines, settle, pass };
}

const OUTAGE = "The partitions table could not be read or written.";

test("an outage of the table is reported once, without requests in quick succession, and so is the next one", async () => {
  let isAway = false;
  let attempts = 0;
  const { open, lines, pass } = await startWorker({
    onCall() {
      if (!isAway) return;
      attempts += 1;
      throw new Error("no route");
    },
  });
  isAway = true;
  await pass(60_000);
  expect(lines("warn")).toEqual([OUTAGE]);
  expect(attempts).toBeGreaterThan(10);
  expect(attempts).toBeLessThan(40);
  isAway = false;
  await pass(20_000);
  expect(names(open)).toEqual(["00", "01", "02", "03"]);
  isAway = true;
  await pass(20_000);
  expect(lines("warn")).toEqual([OUTAGE, OUTAGE]);
});

test("a row that another worker wrote first is not a problem to report", async () => {
  let conflicts = 4;
  const { open, lines, pass } = await startWorker({
    onCall({ operation }) {
      if (operation === "query" || conflicts === 0) return;
      conflicts -= 1;
      throw new StorageError(412, "UpdateConditionNotSatisfied");
    },
  });
  await pass(1_000);
  expect(names(open)).toEqual(["00", "01", "02", "03"]);
  expect(lines("warn")).toEqual([]);
});

test("a worker whose table is gone stops without waiting", async () => {
  let isAway = false;
  const { clock, manager, open, settle } = await startWorker({
    onCall() {
      if (isAway) throw new Error("no route");
    },
  });
  isAway = true;
  const beganMs = clock.now().getTime();
  let isStopped = false;
  void manager.stop().then(() => {
    isStopped = true;
  });
  await settle();
  expect([isStopped, clock.now().getTime() - beganMs, open.size]).toEqual([true, 0, 0]);
});

test("a worker whose reader does not end stops after a minute, with a warning", async () => {
  const { manager, lines, owners, pass } = await startWorker({ drain: () => new Promise(() => {}) });
  let isStopped = false;
  void manager.stop().then(() => {
    isStopped = true;
  });
  await pass(59_000);
  expect(isStopped).toBe(false);
  expect(await owners()).toEqual(Array(4).fill("one"));
  await pass(1_000);
  expect(isStopped).toBe(true);
  expect(lines("warn")).toEqual(["Control queues were not released in time; their leases will expire."]);
});

test("a worker that stopped in time does not warn later", async () => {
  const { manager, lines, owners, pass, settle } = await startWorker();
  const stopping = manager.stop();
  await settle();
  await stopping;
  await pass(120_000);
  expect(await owners()).toEqual(Array(4).fill(null));
  expect(lines("warn")).toEqual([]);
});

test("a queue whose reader fails to drain is released all the same", async () => {
  const { manager, lines, owners, settle } = await startWorker({ drain: () => Promise.reject(new Error("stuck")) });
  const stopping = manager.stop();
  await settle();
  await stopping;
  expect(await owners()).toEqual(Array(4).fill(null));
  expect(lines("warn")).toEqual(Array(4).fill("A control queue was not drained."));
});

test("a queue is drained each time that another worker asks for it", async () => {
  const { hub, open, drained, owners, pass } = await startWorker();
  const change = async (fields: Partial<PartitionRow>) => {
    const [row] = await readPartitions(hub);
    if (row === undefined) throw new Error("There is no row.");
    await writePartition(hub, { ...row, ...fields });
    await pass(12_000);
  };
  for (const times of [1, 2]) {
    await change({ nextOwner: "two" });
    expect(names(drained)).toEqual(Array(times).fill("00"));
    expect(names(open)).toEqual(["01", "02", "03"]);
    expect(await owners()).toEqual([null, "one", "one", "one"]);
    // The other worker is gone before it took the queue.
    await change({ nextOwner: null, expiresAt: null });
    expect(names(open)).toEqual(["00", "01", "02", "03"]);
  }
});

test("a queue that another worker took is lost within four seconds, and only that", async () => {
  const { hub, lost, open, pass } = await startWorker();
  await pass(500);
  const [row] = await readPartitions(hub);
  if (row === undefined) throw new Error("There is no row.");
  await writePartition(hub, { ...row, currentOwner: "thief", expiresAt: "2026-06-24T15:00:00.0000000Z" });
  await pass(4_000);
  expect(names(lost)).toEqual(["00"]);
  expect(names(open)).toEqual(["01", "02", "03"]);
});

test("queues of a host of Durable Functions 2.x are left to it until its leases end", async () => {
  const leases = [
    { name: "intent/hub-control-00", isLeased: true },
    { name: "ownership/hub-control-01", isLeased: true },
    { name: "ownership/hub-control-02", isLeased: false },
    { name: "backup/hub-control-03", isLeased: true },
  ];
  const { open, logged, owners, pass } = await startWorker({ leases });
  await pass(25_000);
  expect(names(open)).toEqual(["02", "03"]);
  expect(await owners()).toEqual([null, null, "one", "one"]);
  const about = (level: string) => logged.filter((it) => it.level === level).map(({ fields }) => fields["queues"]);
  expect(about("warn")).toEqual(["hub-control-00, hub-control-01"]);
  leases.splice(0, 1);
  await pass(15_000);
  expect(names(open)).toEqual(["00", "02", "03"]);
  expect(about("info")).toEqual(["hub-control-00"]);
  expect(about("warn")).toHaveLength(1);
});

test("a queue that such a host takes later is given up, and its row freed", async () => {
  const leases: { name: string; isLeased: boolean }[] = [];
  const { lost, owners, pass } = await startWorker({ leases });
  leases.push({ name: "default/hub-control-02", isLeased: true });
  await pass(11_000);
  expect(names(lost)).toEqual(["02"]);
  expect(await owners()).toEqual(["one", "one", null, "one"]);
});

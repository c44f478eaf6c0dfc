// A hub used by hosts of Durable Functions 2.x, which share its control queues by blob leases. Their data is built from the
// specification, with the official SDK.

import { type Clock, createLogger, createSystemClock } from "@same-kit/shared";
import { expect, onTestFinished, test } from "vitest";
import { startPartitionManager } from "../../../../local/src/engine/leases/partition-manager.ts";
import { readPartitions } from "../../../../local/src/engine/leases/partition-table.ts";
import { openTestHub, useAzurite } from "../../../helpers/azurite.ts";
import { rawContainer } from "../../../helpers/raw-storage.ts";
import { waitFor } from "../../../helpers/wait-for.ts";

const storage = useAzurite();
const TOKEN = "0badcafe-0000-0000-0000-000000000000";

/** Real time, but the manager checks every few milliseconds instead of every few seconds. */
function hastyClock(): Clock {
  const clock = createSystemClock();
  return { ...clock, sleep: (ms, signal) => clock.sleep(ms >= 60_000 ? ms : 20, signal) };
}

async function openForeignHub() {
  const hub = await openTestHub(storage());
  const leases = rawContainer(storage(), `${hub.hubName.toLowerCase()}-leases`);
  await leases.create();
  const info = { TaskHubName: hub.hubName, CreatedAt: "2026-06-24T14:00:00.1234567Z", PartitionCount: 4 };
  await upload("taskhub.json", info);
  const names = hub.controlQueues.map(({ name }) => name);
  async function upload(name: string, content: object) {
    const text = JSON.stringify(content);
    await leases.getBlockBlobClient(name).upload(text, Buffer.byteLength(text));
  }
  /** The data in storage of a running host that owns these queues. */
  async function lease(kinds: readonly string[], queues: readonly string[]) {
    const held = kinds.flatMap((kind) => queues.map((queue) => ({ blob: `${kind}/${queue}`, queue })));
    for (const { blob, queue } of held) {
      await upload(blob, { PartitionId: queue, Owner: "dotnet-host", Token: TOKEN, Epoch: 3 });
      await leases.getBlobClient(blob).getBlobLeaseClient(TOKEN).acquireLease(60);
    }
    return async () => {
      for (const { blob } of held) await leases.getBlobClient(blob).getBlobLeaseClient(TOKEN).releaseLease();
    };
  }
  return { hub, names, lease };
}

function startWorker(hub: Awaited<ReturnType<typeof openForeignHub>>["hub"]) {
  const open = new Set<string>();
  const messages: string[] = [];
  const manager = startPartitionManager({
    hub,
    workerId: "ours",
    reading: Promise.resolve(),
    clock: hastyClock(),
    log: createLogger(({ level, message }) => messages.push(`${level}: ${message}`), "engine"),
    reader: {
      open: (name) => void open.add(name),
      lose: (name) => void open.delete(name),
      drain: async (name) => void open.delete(name),
    },
  });
  onTestFinished(() => manager.stop());
  return { open, messages };
}

const owners = async (hub: Parameters<typeof readPartitions>[0]) =>
  (await readPartitions(hub)).map(({ currentOwner }) => currentOwner);

test.each([[["intent", "ownership"]], [["default"]], [["intent"]]])(
  "queues that another host holds by %j leases are left alone until the leases end",
  async (kinds) => {
    const { hub, names, lease } = await openForeignHub();
    const release = await lease(kinds, names.slice(0, 2));
    const { open, messages } = startWorker(hub);
    await waitFor(() => open.size >= 2);
    expect([...open].toSorted()).toEqual(names.slice(2));
    expect(await owners(hub)).toEqual([null, null, "ours", "ours"]);
    expect(messages.filter((it) => it.startsWith("warn"))).toEqual([expect.stringContaining("Durable Functions 2.x")]);
    await release();
    await waitFor(() => open.size === 4, { what: "the released queues to be read" });
  },
);

test("queues that such a host leases later are given up, and their rows are released", async () => {
  const { hub, names, lease } = await openForeignHub();
  const { open } = startWorker(hub);
  await waitFor(() => open.size === 4);
  await lease(["intent", "ownership"], names);
  await waitFor(() => open.size === 0, { what: "the queues to be given up" });
  await waitFor(async () => (await owners(hub)).every((owner) => owner === null), { what: "the rows to be freed" });
});

test("expired leases and unrelated blobs in the container do not matter", async () => {
  const { hub, names, lease } = await openForeignHub();
  await (await lease(["intent", "ownership", "default", "backup"], names))();
  const { open } = startWorker(hub);
  await waitFor(() => open.size === 4);
});

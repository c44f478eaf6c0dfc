import { createSystemClock } from "@same-kit/shared";
import { describe, expect, test } from "vitest";
import { attachTaskHub, openTaskHub } from "../../../../local/src/engine/taskhub/task-hub.ts";
import { createMemoryStorage } from "../../../../local/src/storage/memory/memory-storage.ts";
import { StorageError } from "../../../../local/src/storage/storage-errors.ts";
import { type Intercept, interceptStorage, type StorageCall } from "../../../helpers/intercept-storage.ts";

const HUB = { hubName: "Hub", partitionCount: 2 };
const WHOLE = {
  queues: ["hub-control-00", "hub-control-01", "hub-workitems"],
  tables: ["HubHistory", "HubInstances", "HubPartitions"],
  rows: ["hub-control-00", "hub-control-01"],
  appLease: "{}",
};
const LOOKS = [" listQueues", " listTables", "HubPartitions query", "hub-applease download"];

const nameOf = ({ resource, operation }: StorageCall) => `${resource} ${operation}`;
const isListing = ({ operation }: StorageCall) => operation.startsWith("list");

function openWorld() {
  const storage = createMemoryStorage({ clock: createSystemClock() });
  const hub = attachTaskHub({ storage, ...HUB });
  /** Opens the hub with all calls under `intercept`, and returns the names of the calls. */
  const open = async (intercept: Intercept = (_, proceed) => proceed()) => {
    const calls: string[] = [];
    const watched = interceptStorage(storage, (call, proceed) => {
      calls.push(nameOf(call));
      return intercept(call, proceed);
    });
    const { appLeaseText } = await openTaskHub({ storage: watched, ...HUB });
    return { calls: calls.toSorted(), appLeaseText };
  };
  const seen = async () => ({
    queues: (await storage.listQueues("hub-")).toSorted(),
    tables: (await storage.listTables("Hub")).toSorted(),
    rows: await Array.fromAsync(hub.partitions.query(), ({ rowKey }) => rowKey),
    appLease: (await hub.appLease.container.download(hub.appLease.blobName)).toString(),
  });
  return { storage, hub, open, seen };
}

test("a complete hub is opened with four requests", async () => {
  const { open, seen } = openWorld();
  await open();
  expect(await seen()).toEqual(WHOLE);
  expect((await open()).calls).toEqual(LOOKS);
});

test("the app lease's blob is read with the hub", async () => {
  const { hub, open } = openWorld();
  expect((await open()).appLeaseText).toBe("{}");
  await hub.appLease.container.upload(hub.appLease.blobName, Buffer.from('{"OwnerId":"a"}'));
  expect((await open()).appLeaseText).toBe('{"OwnerId":"a"}');
});

describe("a removed part of a hub is the only one that is created again:", () => {
  const resources = [
    ...WHOLE.queues.map((name) => ["queues", name] as const),
    ...["HubHistory", "HubInstances"].map((name) => ["tables", name] as const),
  ];
  test.each(resources)("%s, %s", async (kind, name) => {
    const { open, seen } = openWorld();
    await open(async ({ resource }, proceed) => (resource === name ? undefined : proceed()));
    expect((await seen())[kind]).not.toContain(name);
    expect((await open()).calls).toEqual([...LOOKS, `${name} createIfNotExists`].toSorted());
    expect((await open()).calls).toEqual(LOOKS);
  });

  test("a row of the partitions", async () => {
    const { hub, open, seen } = openWorld();
    await open();
    await hub.partitions.delete({ partitionKey: "", rowKey: "hub-control-01" });
    expect((await open()).calls).toEqual([...LOOKS, "HubPartitions insert"].toSorted());
    expect(await seen()).toEqual(WHOLE);
  });

  test("the app lease's blob", async () => {
    const { hub, open, seen } = openWorld();
    await open();
    await hub.appLease.container.deleteIfExists(hub.appLease.blobName);
    await open();
    expect(await seen()).toEqual(WHOLE);
  });
});

test("hosts that open a new hub at the same time all get a complete one", async () => {
  const { open, seen } = openWorld();
  await Promise.all([open(), open(), open()]);
  expect(await seen()).toEqual(WHOLE);
});

test("a storage that refuses to list gets all parts of the hub", async () => {
  const { open, seen } = openWorld();
  const refused: Intercept = async (call, proceed) => {
    if (isListing(call)) throw new StorageError(403, "AuthorizationPermissionMismatch");
    return proceed();
  };
  const { calls } = await open(refused);
  expect(calls.filter((it) => it.endsWith("createIfNotExists"))).toHaveLength(3 + 3 + 1);
  expect(await seen()).toEqual(WHOLE);
  await open(refused);
});

describe.each(["refused", "lost"])("a request that is %s", (fate) => {
  test("fails the opening, whichever request it is, and the next opening completes the hub", async () => {
    const { calls } = await openWorld().open();
    expect(calls).toHaveLength(15);
    for (let at = 0; at < calls.length; at += 1) {
      const { open, seen } = openWorld();
      let count = 0;
      const failing = open(async (_, proceed) => {
        count += 1;
        if (count - 1 !== at) return proceed();
        if (fate === "lost") await proceed().catch(() => {});
        throw new Error("The storage is out of order.");
      });
      await expect(failing).rejects.toThrow("out of order");
      await open();
      expect(await seen()).toEqual(WHOLE);
    }
  });
});

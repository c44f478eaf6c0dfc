// The requests of an engine that starts and stops, and the order of its start and the loading of the functions.

import { expect, test } from "vitest";
import { readPartitions } from "../../../local/src/engine/leases/partition-table.ts";
import type { StorageCall } from "../../helpers/intercept-storage.ts";
import { eventMessage } from "../../helpers/outgoing-message.ts";
import { SdkInvoker } from "../../helpers/sdk-orchestrator.ts";
import { VirtualWorld, type WorldEngineOptions } from "../../helpers/virtual-world.ts";

const CONTROL = [0, 1, 2, 3].map((index) => `hub-control-0${index}`);
const nameOf = ({ resource, operation }: StorageCall) => `${resource} ${operation}`;
const isReceive = ({ operation }: StorageCall) => operation === "receive";

function makeInvoker(): SdkInvoker {
  return new SdkInvoker({
    orchestrators: {
      *Run(context) {
        return yield context.df.callActivity("Say", "done");
      },
    },
    activities: { Say: (what) => what },
  });
}

/** A hub of an earlier host, and a function that starts the next one. */
async function openWorld() {
  const world = new VirtualWorld();
  const earlier = await world.startEngine({ invoker: makeInvoker() });
  await earlier.stop();
  const calls: StorageCall[] = [];
  const start = ({ fateOf, ...options }: Partial<WorldEngineOptions> = {}) =>
    world.startEngine({
      invoker: makeInvoker(),
      ...options,
      fateOf: (call) => {
        calls.push(call);
        return fateOf?.(call);
      },
    });
  const owners = async () => (await readPartitions((await world.stores()).hub)).map(({ currentOwner }) => currentOwner);
  return { world, start, calls, owners };
}

test("a start on a complete hub sends 13 requests, and a stop sends 2", async () => {
  const { start, calls } = await openWorld();
  const engine = await start();
  expect(calls.splice(0).map(nameOf).toSorted()).toEqual(
    [
      ...[" listQueues", " listTables", "HubPartitions query", "hub-applease download"],
      "hub-applease acquireLease",
      ...["HubPartitions query", "hub-leases list", "HubPartitions transact"],
      ...[...CONTROL, "hub-workitems"].map((it) => `${it} receive`),
    ].toSorted(),
  );
  await engine.stop();
  expect(calls.map(nameOf)).toEqual(["HubPartitions query", "HubPartitions transact"]);
});

test("an engine claims its partitions, but receives no message, before its work begins", async () => {
  const { world, start, calls, owners } = await openWorld();
  const sentAtMs = world.clock.now().getTime();
  await start({
    async beforeWork(client) {
      await client.start({ name: "Run", input: null, instanceId: "abc" });
      await someTurns(100);
      expect(await owners()).toEqual(Array(4).fill("worker"));
      expect(calls.filter(isReceive)).toEqual([]);
      expect(world.messages()).toMatchObject([{ dequeueCount: 0, visibleAtMs: sentAtMs }]);
    },
  });
  // Queues that were claimed by then are polled a moment later.
  await world.pass(149);
  expect(calls.filter(isReceive)).toEqual([]);
  await world.pass(1);
  expect((await world.status("abc"))?.output).toBe('"done"');
});

test("an engine whose functions fail to load at any time releases the hub without waiting, and receives no message", async () => {
  // Immediately, while it acquires the lease, while it claims its partitions, and long after.
  for (const turns of [...Array(12).keys(), 1_000]) {
    const { world, start, calls, owners } = await openWorld();
    const { delivery } = await world.openDelivery();
    await delivery.send(eventMessage("1"));
    const sentAtMs = world.clock.now().getTime();
    let failedAtMs = 0;
    const failing = start({
      async beforeWork() {
        await someTurns(turns);
        failedAtMs = world.clock.now().getTime();
        throw new Error("The app cannot be loaded.");
      },
    });
    await expect(failing).rejects.toThrow("The app cannot be loaded.");
    expect([turns, world.clock.now().getTime()]).toEqual([turns, failedAtMs]);
    expect(await owners()).toEqual(Array(4).fill(null));
    expect(calls.filter(isReceive)).toEqual([]);
    expect(world.messages()).toMatchObject([{ dequeueCount: 0, visibleAtMs: sentAtMs }]);
    calls.length = 0;
    await world.pass(120_000);
    expect(calls).toEqual([]);
  }
});

test.each(["refused", "lost"] as const)(
  "the failure to load the functions is the error of the start, even if a request is %s",
  async (fate) => {
    // Opening the hub, the app lease, a pass, and the pass that releases everything.
    for (let at = 1; at <= 4 + 1 + 3 + 2; at += 1) {
      const { world, start, calls, owners } = await openWorld();
      let hasFailed = false;
      const failing = start({
        fateOf() {
          if (calls.length !== at) return undefined;
          hasFailed = true;
          return fate;
        },
        async beforeWork() {
          await someTurns(20);
          throw new Error("The app cannot be loaded.");
        },
      });
      const isOpening = at <= 4;
      await expect(failing).rejects.toThrow(isOpening ? "The storage" : "The app cannot be loaded.");
      expect(await owners()).toEqual(Array(4).fill(null));
      expect(calls.filter(isReceive)).toEqual([]);
      expect(world.messages()).toEqual([]);
      expect(hasFailed).toBe(true);
    }
  },
);

test("a host requests its share from another one as soon as its functions are loaded, and not before", async () => {
  const { world, start, owners } = await openWorld();
  await start({ workerId: "one" });
  await start({
    workerId: "two",
    async beforeWork() {
      await someTurns(1_000);
      expect(await owners()).toEqual(Array(4).fill("one"));
    },
  });
  await world.pass(3_000);
  expect((await owners()).toSorted()).toEqual(["one", "one", "two", "two"]);
});

test("a hub is left to other hosts until the functions have loaded", async () => {
  const { world, start, owners } = await openWorld();
  const loaded = Promise.withResolvers<void>();
  const unloaded = new SdkInvoker({ orchestrators: {}, activities: {} });
  // Stands for the invoker of an app that does not load: it knows no functions until then.
  const invoker = Object.assign(makeInvoker(), { durableFunctions: () => unloaded.durableFunctions() });
  void loaded.promise.then(() => Reflect.deleteProperty(invoker, "durableFunctions"));
  const waiting = await start({ workerId: "waiting", invoker, untilLoaded: () => loaded.promise });
  await waiting.client.start({ name: "Run", input: null, instanceId: "abc" });
  await world.pass(60_000);
  expect(await world.status("abc")).toMatchObject({ runtimeStatus: "Pending" });
  expect(await owners()).toEqual(Array(4).fill(null));
  loaded.resolve();
  await world.pass(2_000);
  expect((await world.status("abc"))?.output).toBe('"done"');
  expect(await owners()).toEqual(Array(4).fill("waiting"));
});

test("another host runs everything while the functions do not load here", async () => {
  const { world, start, owners } = await openWorld();
  const waiting = await start({ workerId: "waiting", untilLoaded: () => new Promise(() => {}) });
  await start({ workerId: "other" });
  for (const instanceId of ["a", "b", "c", "d", "e"]) {
    await waiting.client.start({ name: "Run", input: null, instanceId });
  }
  await world.pass(20_000);
  expect(await owners()).toEqual(Array(4).fill("other"));
  for (const instanceId of ["a", "b", "c", "d", "e"]) expect((await world.status(instanceId))?.output).toBe('"done"');
});

test("an engine that stops before its functions have loaded does nothing when they load", async () => {
  const { world, start, calls, owners } = await openWorld();
  const loaded = Promise.withResolvers<void>();
  const engine = await start({ untilLoaded: () => loaded.promise });
  await engine.stop();
  calls.length = 0;
  loaded.resolve();
  await world.pass(60_000);
  expect(calls).toEqual([]);
  expect(await owners()).toEqual(Array(4).fill(null));
});

async function someTurns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

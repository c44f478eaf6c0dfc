// Which of two apps works on a hub. The ids and intervals are those of DurableTask.AzureStorage.

import { silentLogger } from "@same-kit/shared";
import { expect, test } from "vitest";
import { AppLease } from "../../../../local/src/engine/leases/app-lease.ts";
import type { DurableTaskSettings } from "../../../../local/src/engine/settings.ts";
import { appLeaseIdOf } from "../../../../local/src/engine/taskhub/names.ts";
import type { TaskHub } from "../../../../local/src/engine/taskhub/task-hub.ts";
import { SdkInvoker } from "../../../helpers/sdk-orchestrator.ts";
import { VirtualClock } from "../../../helpers/virtual-clock.ts";
import { HUB, VirtualWorld, worldSettings } from "../../../helpers/virtual-world.ts";

const NO_NAME = "811c9dc5-0000-0000-0000-000000000000";
const OTHER = "0badcafe-0000-0000-0000-000000000000";

function makeApp(said: string[], name: string): SdkInvoker {
  const Say = (what: unknown) => {
    said.push(`${name}: ${what}`);
    return what;
  };
  return new SdkInvoker({
    orchestrators: {
      *Run(context) {
        return yield context.df.callActivity("Say", context.df.instanceId);
      },
    },
    activities: { Say },
  });
}

async function openWorld() {
  const world = new VirtualWorld();
  const said: string[] = [];
  const { hub } = await world.stores();
  const start = (name: string, settings: Partial<DurableTaskSettings> = {}) =>
    world.startEngine({ invoker: makeApp(said, name), workerId: name, settings: { appName: name, ...settings } });
  const info = async () => JSON.parse((await hub.appLease.container.download(hub.appLease.blobName)).toString());
  const ended = (id: string) => world.until(async () => (await world.status(id))?.runtimeStatus === "Completed");
  return { world, said, lease: hub.appLease.container, start, info, ended };
}

test("the lease ID of an app is the one that a .NET host of the same name uses", () => {
  expect(appLeaseIdOf("")).toBe(NO_NAME);
  // FNV-1a of "abc", as in the table of instance ids.
  expect(appLeaseIdOf("abc")).toBe("1a47e90b-0000-0000-0000-000000000000");
});

test("an app acquires the lease before it starts work, and records itself as the owner", async () => {
  const { said, lease, start, info, world, ended } = await openWorld();
  const { client } = await start("", { appName: "" });
  await expect(lease.acquireLease(OTHER, 60)).rejects.toMatchObject({ code: "LeaseAlreadyPresent" });
  expect(await info()).toEqual({ OwnerId: NO_NAME, DesiredSwapId: null });
  await world.during(client.start({ name: "Run", input: null, instanceId: "one" }));
  await ended("one");
  expect(said).toEqual([": one"]);
  await world.pass(120_000);
  await expect(lease.acquireLease(OTHER, 60)).rejects.toMatchObject({ code: "LeaseAlreadyPresent" });
});

test("an app waits while another app holds the lease, and starts once the lease expires", async () => {
  const { said, lease, start, world, ended } = await openWorld();
  await lease.acquireLease(OTHER, 60);
  const { client, logged } = await start("second");
  await world.during(client.start({ name: "Run", input: null, instanceId: "one" }));
  await world.pass(30_000);
  await lease.renewLease(OTHER);
  await world.pass(55_000);
  expect((await world.status("one"))?.runtimeStatus).toBe("Pending");
  expect(logged.filter(({ level, message }) => level === "warn" && /Another app/.test(message))).toHaveLength(1);
  await world.pass(20_000);
  await ended("one");
  expect(said).toEqual(["second: one"]);
});

test("hosts of the same app share the lease", async () => {
  const { start, world } = await openWorld();
  await start("one", { appName: "app" });
  const { client, logged } = await start("two", { appName: "app" });
  await world.pass(40_000);
  const { hub } = await world.stores();
  const owners = await Array.fromAsync(hub.partitions.query(), ({ columns }) => columns["CurrentOwner"]);
  expect(owners.toSorted()).toEqual(["one", "one", "two", "two"]);
  expect(logged.filter(({ level }) => level === "warn")).toEqual([]);
  expect(await client.makePrimary()).toBe(true);
});

test("an app that is made primary takes the hub over from the active app, which stops", async () => {
  const { said, start, info, world, ended } = await openWorld();
  const first = await start("first");
  const second = await start("second");
  await world.during(second.client.makePrimary());
  await world.pass(30_000);
  expect(await info()).toEqual({ OwnerId: appLeaseIdOf("second"), DesiredSwapId: null });
  await world.during(first.client.start({ name: "Run", input: null, instanceId: "one" }));
  await ended("one");
  expect(said).toEqual(["second: one"]);
  expect(first.logged.map(({ message }) => message)).toContainEqual(expect.stringContaining("Another app took"));
});

test("an app that lost the lease is active again after the other app has stopped", async () => {
  const { said, start, world, ended } = await openWorld();
  const first = await start("first");
  const second = await start("second");
  await world.during(second.client.makePrimary());
  await world.pass(30_000);
  await second.stop();
  await world.pass(70_000);
  await world.during(first.client.start({ name: "Run", input: null, instanceId: "one" }));
  await ended("one");
  expect(said).toEqual(["first: one"]);
});

test("with useAppLease off an app runs beside the lease holder, and cannot be made primary", async () => {
  const { said, lease, start, world, ended } = await openWorld();
  await lease.acquireLease(OTHER, 60);
  const { client, hubName } = await start("own", { useAppLease: false });
  expect(hubName).toBe(HUB);
  await world.during(client.start({ name: "Run", input: null, instanceId: "one" }));
  await ended("one");
  expect([said, await client.makePrimary()]).toEqual([["own: one"], false]);
  // The other app still holds its lease.
  expect(world.clock.now().toISOString() < "2026-06-24T14:01:00").toBe(true);
});

test("an unavailable storage does not end the lease", async () => {
  const world = new VirtualWorld();
  const said: string[] = [];
  let isAway = false;
  const { client, logged } = await world.startEngine({
    invoker: makeApp(said, "app"),
    fateOf: ({ resource, operation }) =>
      isAway && resource.endsWith("-applease") && operation === "renewLease" ? "refused" : undefined,
  });
  isAway = true;
  await world.pass(80_000);
  await world.during(client.start({ name: "Run", input: null, instanceId: "one" }));
  await world.until(async () => (await world.status("one"))?.runtimeStatus === "Completed");
  expect(logged.map(({ message }) => message)).toContain("The app lease could not be renewed.");
});

async function ownersOf(world: VirtualWorld): Promise<unknown[]> {
  const { hub } = await world.stores();
  return Array.fromAsync(hub.partitions.query(), ({ columns }) => columns["CurrentOwner"] ?? null);
}

test.each([true, false])("an app that stops releases its partitions (useAppLease: %s)", async (useAppLease) => {
  const { start, world } = await openWorld();
  const { stop } = await start("own", { useAppLease });
  await world.pass(1_000);
  expect(await ownersOf(world)).toEqual(Array(4).fill("own"));
  await stop();
  expect(await ownersOf(world)).toEqual(Array(4).fill(null));
});

test("an app that is made primary has the hub at once", async () => {
  const { start, info, world } = await openWorld();
  await start("first");
  const second = await start("second");
  await world.during(second.client.makePrimary());
  await world.pass(100);
  expect(await info()).toEqual({ OwnerId: appLeaseIdOf("second"), DesiredSwapId: null });
});

test("the app that has the hub changes nothing when it is made primary", async () => {
  const { start, info, world } = await openWorld();
  const { client, logged } = await start("first");
  await world.during(client.makePrimary());
  expect(await info()).toEqual({ OwnerId: appLeaseIdOf("first"), DesiredSwapId: null });
  await world.pass(60_000);
  expect(await ownersOf(world)).toEqual(Array(4).fill("first"));
  expect(logged.filter(({ level }) => level === "warn")).toEqual([]);
});

test.each([
  ["has expired", 61_000],
  ["is still held", 0],
])("an app that was made primary before it started takes the lease, which %s", async (_, laterMs) => {
  const { lease, start, info, world } = await openWorld();
  await lease.acquireLease(OTHER, 60);
  const { hub } = await world.stores();
  const foreign = { OwnerId: OTHER, DesiredSwapId: appLeaseIdOf("second") };
  await lease.upload(hub.appLease.blobName, Buffer.from(JSON.stringify(foreign)));
  world.clock.moveTo(world.clock.now().getTime() + laterMs);
  await start("second");
  await world.pass(100);
  expect(await info()).toEqual({ OwnerId: appLeaseIdOf("second"), DesiredSwapId: null });
  expect(await ownersOf(world)).toEqual(Array(4).fill("second"));
});

test("the wait for another app and its end are logged, each time", async () => {
  const { start, world } = await openWorld();
  const first = await start("first");
  const second = await start("second");
  const lines = ({ logged }: typeof first) =>
    logged
      .filter(({ level, message }) => level !== "debug" && /lease of th/.test(message))
      .map(({ message }) => /holds the lease of this|took the lease|now holds/.exec(message)?.[0]);
  await world.pass(60_000);
  expect(lines(first)).toEqual([]);
  expect(lines(second)).toEqual(["holds the lease of this"]);
  await world.during(second.client.makePrimary());
  await world.pass(60_000);
  expect(lines(first)).toEqual(["took the lease"]);
  expect(lines(second)).toEqual(["holds the lease of this", "now holds"]);
  await world.during(first.client.makePrimary());
  await world.pass(60_000);
  expect(lines(first)).toEqual(["took the lease", "now holds"]);
  expect(lines(second)).toEqual(["holds the lease of this", "now holds", "took the lease"]);
});

test("an app that stops while it renews its lease ends its work", async () => {
  const clock = new VirtualClock();
  const renewal = Promise.withResolvers<void>();
  let renewals = 0;
  const container = {
    acquireLease: async () => {},
    upload: async () => {},
    renewLease() {
      renewals += 1;
      return renewal.promise;
    },
  };
  const settings = { ...worldSettings(), useAppLease: true, appName: "app" };
  const hub = { hubName: HUB, appLease: { container, blobName: "info" } } as unknown as TaskHub;
  const lease = new AppLease({ hub, settings, clock, log: silentLogger });
  const done: string[] = [];
  await lease.start({ start: () => done.push("started"), stop: async () => void done.push("stopped") }, "{}");
  clock.moveTo(clock.nextDueMs({ withRoutine: true }) ?? Number.NaN);
  await new Promise((resolve) => setImmediate(resolve));
  expect(renewals).toBe(1);
  const stopping = lease.stop();
  renewal.resolve();
  await stopping;
  expect(done).toEqual(["started", "stopped"]);
});

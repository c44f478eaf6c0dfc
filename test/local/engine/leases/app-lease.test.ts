// Which of two apps works on a hub. The ids and intervals are those of DurableTask.AzureStorage.

import { expect, test } from "vitest";
import type { DurableTaskSettings } from "../../../../local/src/engine/settings.ts";
import { appLeaseIdOf } from "../../../../local/src/engine/taskhub/names.ts";
import { SdkInvoker } from "../../../helpers/sdk-orchestrator.ts";
import { HUB, VirtualWorld } from "../../../helpers/virtual-world.ts";

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

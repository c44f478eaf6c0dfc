import { expect, test, vi } from "vitest";
import { SdkInvoker } from "../../helpers/sdk-orchestrator.ts";
import { HUB, VirtualWorld } from "../../helpers/virtual-world.ts";

vi.mock("node:zlib", async (importActual) => {
  const { zlibAtOnce } = await import("../../helpers/zlib-at-once.ts");
  return zlibAtOnce(importActual<typeof import("node:zlib")>);
});

const LARGE = "x".repeat(50_000);

async function open(onPurge?: (instanceId: string) => Promise<void>) {
  const world = new VirtualWorld();
  const invoker = new SdkInvoker({
    orchestrators: {
      *Wait(context) {
        return yield context.df.waitForExternalEvent("Go");
      },
      *Echo(context) {
        const input: unknown = context.df.getInput();
        if (input === "fail") throw new Error("no luck");
        return yield context.df.callActivity("Echo", input);
      },
    },
    activities: { Echo: (input) => input },
  });
  const { client } = await world.startEngine({ invoker, ...(onPurge && { onPurge }) });
  const start = (instanceId: string, name = "Echo", input: unknown = 1) =>
    world.during(client.start({ name, input: JSON.stringify(input), instanceId }));
  const until = (instanceId: string, status: string) =>
    world.until(async () => (await world.status(instanceId))?.runtimeStatus === status);
  const blobs = () =>
    Array.fromAsync(world.storage.container(`${HUB.toLowerCase()}-largemessages`).list(), ({ name }) => name);
  return { world, client, start, until, blobs };
}

test("a purge removes row, history and blobs of an instance, and of no other", async () => {
  const purged: string[] = [];
  const { world, client, start, until, blobs } = await open(async (id) => void purged.push(id));
  for (const id of ["a/b", "a/bc", "a"]) {
    await start(id, "Echo", LARGE);
    await until(id, "Completed");
  }
  const before = await blobs();
  // Message blobs are named after the ID, those of the history after its key.
  expect(before.some((it) => it.startsWith("a^0b/"))).toBe(true);
  expect(await world.during(client.purge("a/b"))).toBe(true);
  expect(purged).toEqual(["a/b"]);
  expect(await world.status("a/b")).toBeNull();
  expect(await world.history("a/b")).toEqual([]);
  const after = await blobs();
  expect(after.filter((it) => it.startsWith("a/b/") || it.startsWith("a^0b/"))).toEqual([]);
  expect(after.filter((it) => it.startsWith("a^0bc/"))).toEqual(before.filter((it) => it.startsWith("a^0bc/")));
  for (const id of ["a/bc", "a"]) expect(await world.status(id)).toMatchObject({ output: JSON.stringify(LARGE) });
  expect(await world.during(client.purge("a/b"))).toBe(false);
  expect(purged).toEqual(["a/b"]);
});

test("a purge that fails midway leaves the row, so that it can be repeated", async () => {
  let failures = 1;
  const { world, client, start, until } = await open(async () => {
    failures -= 1;
    if (failures >= 0) throw new Error("no route");
  });
  await start("abc");
  await until("abc", "Completed");
  await expect(world.during(client.purge("abc"))).rejects.toThrow("no route");
  expect(await world.status("abc")).not.toBeNull();
  expect(await world.during(client.purge("abc"))).toBe(true);
  expect(await world.status("abc")).toBeNull();
});

test("a purge of many removes what has ended, of the requested statuses only, and counts it", async () => {
  const { world, client, start, until } = await open();
  await start("failed", "Echo", "fail");
  await until("failed", "Failed");
  await start("waiting", "Wait");
  await until("waiting", "Running");
  for (let n = 0; n < 20; n += 1) await start(`i${n}`);
  await until("i19", "Completed");
  const purge = (runtimeStatus?: ("Running" | "Completed" | "Failed")[]) =>
    world.during(client.purgeMany(runtimeStatus === undefined ? {} : { runtimeStatus }));
  expect(await purge(["Running"])).toBe(0);
  expect(await purge(["Running", "Failed"])).toBe(1);
  expect(await world.status("i0")).not.toBeNull();
  expect(await purge([])).toBe(20);
  expect(await purge()).toBe(0);
  const { instances } = await world.during(client.list({}, { top: 100 }));
  expect(instances.map(({ instanceId }) => instanceId)).toEqual(["waiting"]);
});

test("a purge of more than a page removes all", async () => {
  const { world, client, start, until } = await open();
  for (let n = 0; n < 130; n += 1) await start(`i${n}`);
  await until("i129", "Completed");
  await world.until(async () => {
    const { instances } = await client.list({ runtimeStatus: ["Completed"] }, { top: 500 });
    return instances.length === 130;
  });
  expect(await world.during(client.purgeMany({ instanceIdPrefix: "i1" }))).toBe(41);
  expect(await world.during(client.purgeMany({}))).toBe(89);
});

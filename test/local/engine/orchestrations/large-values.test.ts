// Values that are too large for a row are stored in blobs: a history must neither lose a blob it refers to nor leave one behind.

import type { OrchestrationContext } from "durable-functions";
import { expect, test, vi } from "vitest";
import { SdkInvoker } from "../../../helpers/sdk-orchestrator.ts";
import { VirtualWorld } from "../../../helpers/virtual-world.ts";

vi.mock("node:zlib", async (importActual) => {
  const { zlibAtOnce } = await import("../../../helpers/zlib-at-once.ts");
  return zlibAtOnce(importActual<typeof import("node:zlib")>);
});

const LARGE = 100_000;

const orchestrators = {
  *twoResults(context: OrchestrationContext) {
    const first: string = yield context.df.callActivity("make", "a");
    const second: string = yield context.df.callActivity("make", "b");
    yield context.df.waitForExternalEvent("Go");
    return first.length + second.length;
  },
  *twoGenerations(context: OrchestrationContext) {
    if (context.df.getInput() === 2) {
      yield context.df.waitForExternalEvent("Go");
      return "done";
    }
    for (const letter of ["a", "b", "c"]) yield context.df.callActivity("make", letter);
    context.df.continueAsNew(2);
    return undefined;
  },
};

async function startEngine(world: VirtualWorld, workerId = "worker") {
  const activities = { make: async (letter: unknown) => String(letter).repeat(LARGE) };
  return world.startEngine({ invoker: new SdkInvoker({ orchestrators, activities }), workerId });
}

/** Blobs of messages are kept until the instance is purged, as in DTFx. */
async function historyBlobs(world: VirtualWorld): Promise<string[]> {
  const { hub } = await world.stores();
  const names = await Array.fromAsync(hub.largeMessages.list(), ({ name }) => name);
  return names.filter((name) => name.startsWith("abc/history-"));
}

test("a history keeps the blobs of all its episodes, so that another host can read it later", async () => {
  const world = new VirtualWorld();
  const first = await startEngine(world);
  await first.client.start({ name: "twoResults", input: "null", instanceId: "abc" });
  await world.pass(5_000);
  expect(await historyBlobs(world)).toHaveLength(2);
  first.die();
  const second = await startEngine(world);
  await second.client.raiseEvent("abc", "Go", "null");
  await world.until(async () => (await world.status("abc"))?.runtimeStatus === "Completed");
  expect((await world.status("abc"))?.output).toBe(String(2 * LARGE));
});

test("a new generation removes the blobs of the previous one's episodes, and keeps its own", async () => {
  const world = new VirtualWorld();
  const engine = await startEngine(world);
  await engine.client.start({ name: "twoGenerations", input: "1", instanceId: "abc" });
  await world.pass(1_000);
  expect(await historyBlobs(world)).toEqual([]);
  await engine.client.raiseEvent("abc", "Go", "null");
  await world.until(async () => (await world.status("abc"))?.runtimeStatus === "Completed");
  expect((await world.status("abc"))?.output).toBe('"done"');
});

// Starts whose ID is in use, and reports of an instance's end.

import { expect, test } from "vitest";
import { OrchestrationAlreadyExistsError, OrchestrationNotReplacedError } from "../../../local/src/engine/errors.ts";
import { EventType } from "../../../local/src/engine/history/events.ts";
import type { DurableTaskSettings } from "../../../local/src/engine/settings.ts";
import { SdkInvoker } from "../../helpers/sdk-orchestrator.ts";
import { VirtualWorld } from "../../helpers/virtual-world.ts";

async function open(settings: Partial<DurableTaskSettings> = {}) {
  const world = new VirtualWorld();
  const ended: string[] = [];
  const invoker = new SdkInvoker({
    orchestrators: {
      *Wait(context) {
        return yield context.df.waitForExternalEvent("Go");
      },
      *Fail(context) {
        yield context.df.waitForExternalEvent("Go");
        throw new Error("no luck");
      },
    },
  });
  const engine = await world.startEngine({
    invoker,
    settings,
    onInstanceEnded: (instanceId, status) => ended.push(`${instanceId} ${status}`),
  });
  const start = (name = "Wait", more: object = {}) =>
    world.during(engine.client.start({ name, input: null, instanceId: "abc", ...more }));
  const raise = () => world.during(engine.client.raiseEvent("abc", "Go", '"done"'));
  const row = async () => (await world.stores()).instances.findRow("abc");
  const until = (status: string) => world.until(async () => (await row())?.status === status);
  return { world, client: engine.client, engine, ended, start, raise, row, until };
}

test("an instance that has ended is replaced by one of the next generation", async () => {
  const { world, start, raise, row, until } = await open();
  const first = await start();
  await raise();
  await until("Completed");
  expect(await row()).toMatchObject({ executionId: first.executionId, generation: 0 });
  const second = await start();
  expect(second.executionId).not.toBe(first.executionId);
  await until("Running");
  expect(await row()).toMatchObject({ executionId: second.executionId, generation: 1 });
  await raise();
  await until("Completed");
  const starts = (await world.history("abc")).filter((it) => it.EventType === EventType.ExecutionStarted);
  expect(starts.map((it) => it.OrchestrationInstance.ExecutionId)).toEqual([second.executionId]);
  expect(await world.status("abc")).toMatchObject({ output: '"done"' });
});

test.each(["Running", "Suspended"])("an instance that is %s is not replaced", async (status) => {
  const { world, client, start, row, until } = await open();
  const { executionId } = await start();
  await until("Running");
  if (status === "Suspended") await world.during(client.suspend("abc", "pause"));
  await until(status);
  const again = start();
  await expect(again).rejects.toThrow(OrchestrationAlreadyExistsError);
  await expect(again).rejects.toThrow(`with the status ${status} already exists`);
  expect(await row()).toMatchObject({ executionId, status });
});

test("with AnyState a running instance is terminated first, with the extension's reason", async () => {
  const { client, ended, start, row, until } = await open({ overridableExistingInstanceStates: "AnyState" });
  const first = await start();
  await until("Running");
  const second = await start();
  expect(ended).toEqual(["abc Terminated"]);
  await until("Running");
  expect(await row()).toMatchObject({ executionId: second.executionId, generation: 1 });
  expect(await client.getHistory("abc", first.executionId)).toEqual([]);
});

test("a running instance that does not end is not replaced, which is reported after three minutes", async () => {
  const { world, engine, client, start, row, until } = await open({ overridableExistingInstanceStates: "AnyState" });
  const { executionId } = await start();
  await until("Running");
  // No host processes the termination.
  await engine.stop();
  const beganMs = world.clock.now().getTime();
  const again = client.start({ name: "Wait", input: null, instanceId: "abc" });
  again.catch(() => {});
  await expect(world.during(again)).rejects.toThrow(OrchestrationNotReplacedError);
  expect(world.clock.now().getTime() - beganMs).toBeGreaterThanOrEqual(180_000);
  expect(await row()).toMatchObject({ executionId, status: "Running" });
  const texts = world.messages().map(({ text }) => text);
  expect(texts).toEqual([
    expect.stringContaining(
      "A new instance creation request has been issued for instance abc which currently has status Running. It was terminated to make room.",
    ),
  ]);
});

test("a start without an ID gets a GUID without dashes, and the hub's default version unless it has one", async () => {
  const { world, client } = await open({ defaultVersion: "2.0" });
  const start = (more: object) => world.during(client.start({ name: "Wait", input: null, ...more }));
  const versionOf = async ({ instanceId }: { instanceId: string }) => (await world.status(instanceId))?.version;
  const started = await start({});
  expect(started.instanceId).toMatch(/^[0-9a-f]{32}$/);
  expect(await versionOf(started)).toBe("2.0");
  expect(await versionOf(await start({ version: "1.0" }))).toBe("1.0");
  expect(await versionOf(await start({ version: null }))).toBeNull();
});

test.each([
  ["Wait", "Completed"],
  ["Fail", "Failed"],
])("the end of an instance (%s) is announced with its status (%s)", async (name, status) => {
  const { ended, start, raise, until } = await open();
  await start(name);
  await until("Running");
  expect(ended).toEqual([]);
  await raise();
  await until(status);
  expect(ended).toEqual([`abc ${status}`]);
});

import { createSystemClock, silentLogger } from "@same-kit/shared";
import type { OrchestrationContext } from "durable-functions";
import { describe, expect, test } from "vitest";
import { readPartitions } from "../../../local/src/engine/leases/partition-table.ts";
import { MessageQueue } from "../../../local/src/engine/messages/message-queue.ts";
import { LargePayloads } from "../../../local/src/engine/taskhub/large-payloads.ts";
import { controlQueueName, partitionOf } from "../../../local/src/engine/taskhub/names.ts";
import { openTaskHub } from "../../../local/src/engine/taskhub/task-hub.ts";
import { InstanceStore } from "../../../local/src/engine/tracking/instance-store.ts";
import { useAzurite } from "../../helpers/azurite.ts";
import { makeCrashable, type StorageCall } from "../../helpers/crashable-storage.ts";
import { newHubName, startTestEngine, type TestEngineOptions, waitForInstance } from "../../helpers/engine.ts";
import { historyEvents } from "../../helpers/history-events.ts";
import { toInstance } from "../../helpers/outgoing-message.ts";
import { SdkInvoker } from "../../helpers/sdk-orchestrator.ts";
import { waitFor } from "../../helpers/wait-for.ts";

const storage = useAzurite();

type Context = OrchestrationContext;

const orchestrators = {
  *gather(context: Context) {
    const got: string[] = [];
    for (let i = 0; i < 3; i++) {
      const item: string = yield context.df.waitForExternalEvent("Item");
      const checked: string = yield context.df.callActivity("check", item);
      got.push(checked);
    }
    return got;
  },
};
const INSTANCES = Array.from({ length: 8 }, (_, i) => `instance-${i}`);

type HostOptions = Partial<TestEngineOptions> & { answered?: Promise<void> };

/** @param options - `answered`: activities do not end before it. */
function makeHost(hubName: string, { answered = Promise.resolve(), ...options }: HostOptions = {}) {
  const calls: string[] = [];
  const check = async (item: unknown) => {
    calls.push(String(item));
    await answered;
    return `${item} checked`;
  };
  const invoker = new SdkInvoker({ orchestrators, activities: { check } });
  return { invoker, calls, start: () => startTestEngine({ storage: storage(), hubName, invoker, ...options }) };
}

async function ownersOf(hubName: string): Promise<(string | null)[]> {
  const hub = await openTaskHub({ storage: storage(), hubName, partitionCount: 4 });
  return (await readPartitions(hub)).map((it) => it.currentOwner);
}

function waitForOwners(hubName: string, expected: Record<string, number>, deadlineMs = 45_000): Promise<unknown> {
  return waitFor(
    async () => {
      const counts: Record<string, number> = {};
      for (const owner of await ownersOf(hubName)) counts[owner ?? "nobody"] = (counts[owner ?? "nobody"] ?? 0) + 1;
      return JSON.stringify(Object.entries(counts).toSorted()) === JSON.stringify(Object.entries(expected).toSorted());
    },
    { what: `owners ${JSON.stringify(expected)}`, deadlineMs },
  );
}

describe("two hosts of the same hub", () => {
  test("share its partitions, run its instances, and hand over when one host stops", async () => {
    const hubName = newHubName();
    const one = await makeHost(hubName, { workerId: "host-one" }).start();
    await waitForOwners(hubName, { "host-one": 4 });
    for (const instanceId of INSTANCES) await one.client.start({ name: "gather", input: null, instanceId });
    await raiseAll(one.client.raiseEvent, "a");

    const two = await makeHost(hubName, { workerId: "host-two" }).start();
    await waitForOwners(hubName, { "host-one": 2, "host-two": 2 });
    await raiseAll(two.client.raiseEvent, "b");

    await one.stop();
    await waitForOwners(hubName, { "host-two": 4 });
    await raiseAll(two.client.raiseEvent, "c");
    for (const instanceId of INSTANCES) {
      const { output } = await waitForInstance(two.client, instanceId);
      expect(JSON.parse(output ?? "").toSorted()).toEqual(["a checked", "b checked", "c checked"]);
    }
  });

  test("take over the work of a host that died", async () => {
    const hubName = newHubName();
    const crash = makeCrashable(storage());
    const one = await makeHost(hubName, { crash }).start();
    await waitFor(async () => (await ownersOf(hubName)).every((owner) => owner !== null));
    for (const instanceId of INSTANCES) await one.client.start({ name: "gather", input: null, instanceId });
    await raiseAll(one.client.raiseEvent, "a");
    crash.die();

    const two = await makeHost(hubName, { workerId: "host-two" }).start();
    await waitForOwners(hubName, { "host-two": 4 });
    await raiseAll(two.client.raiseEvent, "b");
    await raiseAll(two.client.raiseEvent, "c");
    for (const instanceId of INSTANCES) {
      const { output } = await waitForInstance(two.client, instanceId);
      expect(JSON.parse(output ?? "").toSorted()).toEqual(["a checked", "b checked", "c checked"]);
    }
  });

  test("stop writing once they have lost their partitions", async () => {
    const hubName = newHubName();
    const one = makeHost(hubName, { workerId: "host-one" });
    const first = await one.start();
    await waitForOwners(hubName, { "host-one": 4 });
    await first.client.start({ name: "gather", input: null, instanceId: "contested" });
    await waitForInstance(first.client, "contested", (it) => it.runtimeStatus === "Running");

    await stealAll(hubName, "host-two");
    const second = await makeHost(hubName, { workerId: "host-two" }).start();
    for (const item of ["a", "b", "c"]) await second.client.raiseEvent("contested", "Item", `"${item}"`);
    const { output, executionId } = await waitForInstance(second.client, "contested");
    expect(JSON.parse(output ?? "").toSorted()).toEqual(["a checked", "b checked", "c checked"]);
    const history = await second.client.getHistory("contested", executionId);
    expect(history.filter((it) => "TaskScheduledId" in it)).toHaveLength(3);
  });
});

test("an activity that takes longer than its message is hidden is run by one host only", async () => {
  const hubName = newHubName();
  const answered = Promise.withResolvers<void>();
  let renewals = 0;
  const watch = ({ resource, operation }: StorageCall) => {
    if (resource.endsWith("-workitems") && operation === "update") renewals += 1;
    return undefined;
  };
  const options = { crash: makeCrashable(storage(), watch), settings: { workItemQueueVisibilityTimeoutMs: 2_000 } };
  const busy = makeHost(hubName, { ...options, answered: answered.promise });
  const one = await busy.start();
  await one.client.start({ name: "gather", input: null, instanceId: "long" });
  await one.client.raiseEvent("long", "Item", '"a"');
  await waitFor(() => busy.calls.length > 0);

  const other = makeHost(hubName, { settings: options.settings });
  await other.start();
  await waitFor(() => renewals > 3);
  answered.resolve();
  for (const item of ["b", "c"]) await one.client.raiseEvent("long", "Item", `"${item}"`);
  await waitForInstance(one.client, "long");
  expect([...busy.calls, ...other.calls].toSorted()).toEqual(["a", "b", "c"]);
});

test("queues left over from a larger partition count are emptied", async () => {
  const hubName = newHubName();
  const instanceId = INSTANCES.find((it) => partitionOf(it, 8) > 3) ?? "";
  const { queueName } = await leaveStart(hubName, instanceId);
  expect(queueName).toBe(controlQueueName(hubName, partitionOf(instanceId, 8)));

  const { client } = await makeHost(hubName, { settings: { partitionCount: 4 } }).start();
  await waitForInstance(client, instanceId, (it) => it.runtimeStatus === "Running");
  for (const item of ["a", "b", "c"]) await client.raiseEvent(instanceId, "Item", `"${item}"`);
  expect((await waitForInstance(client, instanceId)).runtimeStatus).toBe("Completed");
});

test("a stopping host releases everything it holds", async () => {
  const hubName = newHubName();
  const one = await makeHost(hubName, { workerId: "host-one" }).start();
  await waitForOwners(hubName, { "host-one": 4 });
  await one.client.start({ name: "gather", input: null, instanceId: "waiting" });
  await waitForInstance(one.client, "waiting", (it) => it.runtimeStatus === "Running");
  await one.stop();
  expect(await ownersOf(hubName)).toEqual([null, null, null, null]);

  const two = await makeHost(hubName, { workerId: "host-two" }).start();
  for (const item of ["a", "b", "c"]) await two.client.raiseEvent("waiting", "Item", `"${item}"`);
  expect((await waitForInstance(two.client, "waiting")).runtimeStatus).toBe("Completed");
});

async function raiseAll(raise: (id: string, name: string, input: string) => Promise<void>, item: string) {
  await Promise.all(INSTANCES.map((instanceId) => raise(instanceId, "Item", JSON.stringify(item))));
}

/** A start that a host with eight partitions sent before it stopped. */
async function leaveStart(hubName: string, instanceId: string): Promise<{ queueName: string }> {
  const clock = createSystemClock();
  const hub = await openTaskHub({ storage: storage(), hubName, partitionCount: 8 });
  const payloads = new LargePayloads(hub.largeMessages);
  const queue = hub.controlQueues[hub.partitionOf(instanceId)] ?? hub.workItemQueue;
  const messages = new MessageQueue({ queue, payloads, clock, log: silentLogger, visibilityTimeoutMs: 1_000 });
  const event = { ...historyEvents.executionStarted({ instanceId }), Name: "gather", IsPlayed: false };
  const message = toInstance(instanceId, event);
  message.taskMessage.OrchestrationInstance = event.OrchestrationInstance;
  await messages.send(message);
  await new InstanceStore({ hub, payloads, clock }).writeStarted(event, null, null);
  return { queueName: queue.name };
}

/** Has the effect of an expired lease: the rows have another owner. */
async function stealAll(hubName: string, owner: string): Promise<void> {
  const table = storage().table(`${hubName}Partitions`);
  for await (const { partitionKey, rowKey } of table.query()) {
    await table.update({ partitionKey, rowKey, columns: { CurrentOwner: owner } }, "Merge");
  }
}

import type { OrchestrationContext } from "durable-functions";
import { describe, expect, test } from "vitest";
import type { TaskHubClient } from "../../../local/src/engine/client.ts";
import { EventType } from "../../../local/src/engine/history/events.ts";
import { controlQueueName, partitionOf } from "../../../local/src/engine/taskhub/names.ts";
import { useAzurite } from "../../helpers/azurite.ts";
import { makeCrashable, type StorageCall } from "../../helpers/crashable-storage.ts";
import { newHubName, startTestEngine, waitForInstance } from "../../helpers/engine.ts";
import { areQueuesEmpty, messageCount } from "../../helpers/raw-storage.ts";
import { SdkInvoker } from "../../helpers/sdk-orchestrator.ts";
import { waitFor } from "../../helpers/wait-for.ts";

const storage = useAzurite();

type Context = OrchestrationContext;

const orchestrators = {
  *twoSteps(context: Context) {
    const one: string = yield context.df.callActivity("step", "one");
    const two: string = yield context.df.callActivity("step", "two");
    return [one, two];
  },
  *collects(context: Context) {
    const got: number[] = [];
    for (let i = 0; i < 3; i++) got.push((yield context.df.waitForExternalEvent("Item")) as number);
    return got;
  },
  *naps(context: Context) {
    yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 4_000));
    return "woken";
  },
  *parent(context: Context) {
    const answer: string = yield context.df.callSubOrchestrator("child", null);
    return answer;
  },
  *child(context: Context) {
    const answer: string = yield context.df.callActivity("step", "inside");
    return answer;
  },
};

function makeApp() {
  const done: string[] = [];
  const step = (name: unknown) => {
    done.push(String(name));
    return `${name} done`;
  };
  return { invoker: new SdkInvoker({ orchestrators, activities: { step } }), done };
}

type Point = (call: StorageCall) => boolean;
const toWorkItems: Point = ({ resource, operation }) => resource.endsWith("-workitems") && operation === "send";
const fromWorkItems: Point = ({ resource, operation }) => resource.endsWith("-workitems") && operation === "delete";
const reply: Point = ({ resource, operation, args }) =>
  resource.includes("-control-") && operation === "send" && String(args[0]).includes("TaskCompletedEvent");
const history: Point = ({ resource, operation }) => resource.endsWith("History") && operation === "transact";
const row: Point = ({ resource, operation }) => resource.endsWith("Instances") && operation === "update";
const inbound: Point = ({ resource, operation }) => resource.includes("-control-") && operation === "delete";

/** The engine dies at the `nth` call of that kind. */
function crashAt(point: Point, moment: "before" | "after", nth: number) {
  let count = 0;
  return makeCrashable(storage(), (call) => {
    if (!point(call)) return undefined;
    count += 1;
    return count === nth ? moment : undefined;
  });
}

const emptied = (hubName: string) =>
  waitFor(() => areQueuesEmpty(storage(), hubName), { what: "the queues to be empty", deadlineMs: 30_000 });

async function historyOf(client: TaskHubClient, instanceId: string) {
  const status = await client.getStatus(instanceId);
  return client.getHistory(instanceId, status?.executionId ?? "");
}

describe("a host killed in the middle of a checkpoint", () => {
  test.each([
    ["before the first activity is sent", toWorkItems, "before", 1],
    ["after the first activity is sent", toWorkItems, "after", 1],
    ["before the first history is written", history, "before", 1],
    ["after the first history is written", history, "after", 1],
    ["before the first row is written", row, "before", 1],
    ["after the first row is written", row, "after", 1],
    ["after the start message is deleted", inbound, "after", 1],
    ["before a reply is sent", reply, "before", 1],
    ["after a reply is sent", reply, "after", 1],
    ["before a work item is deleted", fromWorkItems, "before", 1],
    ["after the second activity is sent", toWorkItems, "after", 2],
    ["after the second history is written", history, "after", 2],
    ["before the last history is written", history, "before", 3],
    ["after the last history is written", history, "after", 3],
    ["before the last row is written", row, "before", 3],
    ["before the last message is deleted", inbound, "before", 3],
  ] as const)("%s is continued by the next host", async (_, point, moment, nth) => {
    const hubName = newHubName();
    const crash = crashAt(point, moment, nth);
    const settings = { controlQueueVisibilityTimeoutMs: 2_000, workItemQueueVisibilityTimeoutMs: 2_000 };
    const first = await startTestEngine({ storage: storage(), hubName, settings, crash, invoker: makeApp().invoker });
    const instanceId = "survivor";
    // The response may never arrive, as the sender may be the host that dies.
    void first.client.start({ name: "twoSteps", input: null, instanceId });
    await waitFor(crash.isDead);

    const second = await startTestEngine({ storage: storage(), hubName, settings, invoker: makeApp().invoker });
    const status = await waitForInstance(second.client, instanceId);
    expect(status).toMatchObject({ runtimeStatus: "Completed", output: '["one done","two done"]', name: "twoSteps" });
    await emptied(hubName);
    const events = await historyOf(second.client, instanceId);
    const results = events.filter((it) => it.EventType === EventType.TaskCompleted);
    expect(results.map((it) => it.TaskScheduledId)).toEqual([0, 1]);
    expect(await second.client.getStatus(instanceId)).toMatchObject({ runtimeStatus: "Completed" });
  });
});

describe("after a host was killed", () => {
  test("an event is raised once, even if its message is delivered again", async () => {
    const hubName = newHubName();
    let isArmed = false;
    const crash = makeCrashable(storage(), (call) => (isArmed && row(call) ? "before" : undefined));
    const first = await startTestEngine({ storage: storage(), hubName, crash, invoker: makeApp().invoker });
    await first.client.start({ name: "collects", input: null, instanceId: "basket" });
    await waitForInstance(first.client, "basket", (it) => it.runtimeStatus === "Running");
    isArmed = true;
    void first.client.raiseEvent("basket", "Item", "1");
    await waitFor(crash.isDead);

    const { client } = await startTestEngine({ storage: storage(), hubName, invoker: makeApp().invoker });
    await waitFor(async () => (await messageCount(storage(), queueOf(hubName, "basket"))) === 0);
    await client.raiseEvent("basket", "Item", "2");
    await client.raiseEvent("basket", "Item", "3");
    expect((await waitForInstance(client, "basket")).output).toBe("[1,2,3]");
  });

  test("an event for an instance whose start is still hidden is not lost", async () => {
    const hubName = newHubName();
    const crash = crashAt(history, "before", 1);
    const first = await startTestEngine({ storage: storage(), hubName, crash, invoker: makeApp().invoker });
    void first.client.start({ name: "collects", input: null, instanceId: "basket" });
    await waitFor(crash.isDead);

    const { client } = await startTestEngine({ storage: storage(), hubName, invoker: makeApp().invoker });
    for (const item of ["1", "2", "3"]) await client.raiseEvent("basket", "Item", item);
    const status = await waitForInstance(client, "basket");
    expect(JSON.parse(status.output ?? "").toSorted()).toEqual([1, 2, 3]);
  });

  test("a timer fires in the next host", async () => {
    const hubName = newHubName();
    const crash = makeCrashable(storage());
    const first = await startTestEngine({ storage: storage(), hubName, crash, invoker: makeApp().invoker });
    await first.client.start({ name: "naps", input: null, instanceId: "sleeper" });
    await waitForInstance(first.client, "sleeper", (it) => it.runtimeStatus === "Running");
    crash.die();

    const { client } = await startTestEngine({ storage: storage(), hubName, invoker: makeApp().invoker });
    expect((await waitForInstance(client, "sleeper")).output).toBe('"woken"');
  });

  test("a child whose parent starts it twice runs once", async () => {
    const hubName = newHubName();
    const sendsChild: Point = ({ resource, operation, args }) =>
      resource.includes("-control-") && operation === "send" && String(args[0]).includes('ParentInstance","Name');
    const crash = crashAt(sendsChild, "after", 1);
    const first = await startTestEngine({ storage: storage(), hubName, crash, invoker: makeApp().invoker });
    void first.client.start({ name: "parent", input: null, instanceId: "mother" });
    await waitFor(crash.isDead);

    const { invoker, done } = makeApp();
    const { client } = await startTestEngine({ storage: storage(), hubName, invoker });
    expect((await waitForInstance(client, "mother")).output).toBe('"inside done"');
    await emptied(hubName);
    expect(done).toEqual(["inside"]);
  });
});

function queueOf(hubName: string, instanceId: string): string {
  return controlQueueName(hubName, partitionOf(instanceId, 4));
}

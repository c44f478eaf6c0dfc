import type { OrchestrationContext } from "durable-functions";
import { expect, test } from "vitest";
import { EventType, type HistoryEvent } from "../../../../local/src/engine/history/events.ts";
import type { MessageData } from "../../../../local/src/engine/messages/message-data.ts";
import { workItemQueueName } from "../../../../local/src/engine/taskhub/names.ts";
import type { Fate } from "../../../helpers/crashable-storage.ts";
import { historyEvents } from "../../../helpers/history-events.ts";
import type { StorageCall } from "../../../helpers/intercept-storage.ts";
import { toInstance } from "../../../helpers/outgoing-message.ts";
import { SdkInvoker } from "../../../helpers/sdk-orchestrator.ts";
import { HUB, VirtualWorld } from "../../../helpers/virtual-world.ts";

const WORK_ITEMS = workItemQueueName(HUB);

const orchestrators = {
  *chain(context: OrchestrationContext) {
    for (let i = 0; i < 3; i += 1) yield context.df.callActivity("work", i);
    return "done";
  },
  *fanOut(context: OrchestrationContext) {
    const count = context.df.getInput() as number;
    const tasks = Array.from({ length: count }, (_, index) => context.df.callActivity("work", index));
    const results: number[] = yield context.df.Task.all(tasks);
    return results.length;
  },
};

/** An engine whose activities end when `finish` is called, in the order they were started. */
async function startEngine({ slots = 4, isHeldUp = true } = {}) {
  const world = new VirtualWorld();
  const waiting: (() => void)[] = [];
  const started: unknown[] = [];
  const work = async (input: unknown) => {
    started.push(input);
    if (isHeldUp) await new Promise<void>((resolve) => waiting.push(resolve));
    return input;
  };
  const invoker = new SdkInvoker({ orchestrators, activities: { work } });
  const looks: StorageCall[] = [];
  const sent: MessageData[] = [];
  const replies = { refused: 0 };
  const fateOf = (call: StorageCall): Fate | undefined => {
    if (call.resource === WORK_ITEMS && call.operation === "receive") looks.push(call);
    if (call.resource === WORK_ITEMS || call.operation !== "send" || started.length === 0) return undefined;
    if (replies.refused > 0) {
      replies.refused -= 1;
      return "refused";
    }
    sent.push(JSON.parse(String(call.args[0])));
    return undefined;
  };
  const settings = { maxConcurrentActivityFunctions: slots };
  const engine = await world.startEngine({ invoker, settings, fateOf });
  await world.pass(10_000);
  looks.length = 0;
  const finish = async () => {
    waiting.shift()?.();
    await world.settle();
  };
  const begin = async (name: keyof typeof orchestrators, input: unknown = null) => {
    await engine.client.start({ name, input: JSON.stringify(input), instanceId: "abc" });
    await world.settle();
  };
  const output = async () => (await world.status("abc"))?.output ?? null;
  const warnings = () => engine.logged.filter(({ level }) => level === "warn").map(({ message }) => message);
  return { world, engine, invoker, looks, sent, replies, started, warnings, finish, begin, output };
}

test("activities sent by this host start without polling the queue", async () => {
  const { looks, finish, begin, output } = await startEngine();
  await begin("chain");
  for (let i = 0; i < 3; i += 1) await finish();
  expect(await output()).toBe('"done"');
  expect(looks).toEqual([]);
});

test("at most as many activities run as there are slots, and a free slot is filled from the queue", async () => {
  const { looks, started, finish, begin, output } = await startEngine({ slots: 2 });
  await begin("fanOut", 5);
  expect(started).toEqual([0, 1]);
  expect(looks).toEqual([]);
  for (const count of [3, 4, 5, 5, 5]) {
    await finish();
    expect(started).toHaveLength(count);
  }
  expect(await output()).toBe("5");
  expect(looks.length).toBeGreaterThan(0);
});

test("an activity that takes longer than its message is hidden runs once", async () => {
  const { world, invoker, finish, begin, output } = await startEngine({ slots: 1 });
  await begin("fanOut", 1);
  await world.pass(3_600_000);
  await finish();
  expect(await output()).toBe("1");
  expect(invoker.activityCalls).toHaveLength(1);
});

test("an activity that no worker could run is tried again", async () => {
  const { world, invoker, warnings, begin, output } = await startEngine({ isHeldUp: false });
  const invoke = invoker.invokeActivity.bind(invoker);
  invoker.invokeActivity = async () => ({ kind: "unavailable", reason: "The worker starts again." });
  await begin("fanOut", 1);
  invoker.invokeActivity = invoke;
  await world.until(async () => (await output()) !== null);
  expect(await output()).toBe("1");
  expect(warnings()).toEqual([]);
});

test("an outcome that could not be sent is sent again without running the activity twice", async () => {
  const { world, invoker, replies, warnings, finish, begin, output } = await startEngine();
  await begin("fanOut", 1);
  replies.refused = 100;
  await finish();
  await world.until(async () => (await output()) !== null);
  expect(await output()).toBe("1");
  expect(invoker.activityCalls).toHaveLength(1);
  expect(warnings()).toEqual(["An activity's outcome cannot be sent; trying again."]);
});

test("after two minutes an unsent outcome is given up, and the activity runs again", async () => {
  const { world, started, replies, warnings, finish, begin, output } = await startEngine({ slots: 1 });
  await begin("fanOut", 1);
  replies.refused = 120;
  await finish();
  await world.until(() => started.length === 2);
  expect(warnings().at(-1)).toBe("An activity's outcome could not be sent; it will run again.");
  await finish();
  await world.until(async () => (await output()) !== null);
  expect(await output()).toBe("1");
});

test("a stopping host does not retry sending an outcome", async () => {
  const { world, engine, replies, warnings, finish, begin } = await startEngine();
  await begin("fanOut", 1);
  replies.refused = 100;
  await finish();
  await engine.stop();
  expect(warnings().at(-1)).toBe("An activity's outcome could not be sent; it will run again.");
  expect(world.storage.queue(WORK_ITEMS).messages()).toHaveLength(1);
});

test("an outcome includes its sender, with the execution and the episode that scheduled the activity", async () => {
  const { world, engine, sent, finish, begin, output } = await startEngine();
  await begin("chain");
  for (let i = 0; i < 3; i += 1) await finish();
  expect(await output()).toBe('"done"');
  const executionId = (await engine.client.getStatus("abc", { withInput: false }))?.executionId;
  const replies = sent.filter(({ TaskMessage }) => TaskMessage.Event.EventType === EventType.TaskCompleted);
  expect(replies.map(({ Sender, Episode }) => [Sender, Episode])).toEqual(
    [1, 2, 3].map((episode) => [{ InstanceId: "abc", ExecutionId: executionId }, episode]),
  );
  expect(world.messages()).toEqual([]);
});

test("a call whose input is not an argument list fails without running the activity", async () => {
  const { world, started } = await startEngine();
  const event = { ...historyEvents.taskScheduled(0), Name: "work", Input: '"no list"' } as HistoryEvent;
  const { delivery } = await world.openDelivery();
  (await delivery.prepare("abc", { route: "work-items", message: toInstance("abc", event) })).deliver();
  const reply = await world.until(() =>
    world
      .messages()
      .map(({ text }) => JSON.parse(text).TaskMessage.Event)
      .find((it) => it.EventType === EventType.TaskFailed),
  );
  expect(reply).toMatchObject({ TaskScheduledId: 0, Reason: expect.stringContaining("one argument in a JSON array") });
  expect(started).toEqual([]);
});

test("a work item without an activity is discarded", async () => {
  const { world, engine } = await startEngine();
  const event = { EventId: -1, IsPlayed: false, Timestamp: "2026-06-24T14:00:00.0000000Z" };
  const message = toInstance("abc", { ...event, EventType: 20, Reason: null });
  const { delivery } = await world.openDelivery();
  (await delivery.prepare("abc", { route: "work-items", message })).deliver();
  await world.until(() => world.messages().length === 0);
  expect(engine.logged.map((it) => it.message)).toContain("A work item contains no activity; it is discarded.");
});

test("a stopping host waits briefly for running activities, and starts no new ones", async () => {
  const { world, engine, started, begin } = await startEngine({ slots: 1 });
  await begin("fanOut", 2);
  const beganMs = world.clock.now().getTime();
  await engine.stop();
  expect(world.clock.now().getTime() - beganMs).toBe(5_000);
  await world.pass(600_000);
  expect(started).toEqual([0]);
  // Unfinished activities run again on the next host, after the visibility timeout.
  expect(world.storage.queue(WORK_ITEMS).messages()).toHaveLength(2);
});

test("an activity that ends while its host stops is not run again", async () => {
  const { world, engine, started, finish, begin } = await startEngine({ slots: 1 });
  await begin("fanOut", 1);
  const stopping = engine.stop();
  await finish();
  await stopping;
  expect(world.storage.queue(WORK_ITEMS).messages()).toEqual([]);
  expect(started).toEqual([0]);
});

test("after an activity ends on a stopping host, no further activity starts there", async () => {
  const { world, engine, started, finish, begin } = await startEngine();
  await begin("chain");
  const stopping = engine.stop();
  await finish();
  await stopping;
  await world.pass(600_000);
  expect(started).toEqual([0]);
});

// The order of sending, storing and deleting that recovery from a crash relies on, tested where it is decided.

import type { OrchestrationContext } from "durable-functions";
import { describe, expect, test } from "vitest";
import { EventType } from "../../../local/src/engine/history/events.ts";
import {
  controlQueueName,
  historyTableName,
  partitionOf,
  workItemQueueName,
} from "../../../local/src/engine/taskhub/names.ts";
import type { Fate } from "../../helpers/crashable-storage.ts";
import type { StorageCall } from "../../helpers/intercept-storage.ts";
import { toInstance } from "../../helpers/outgoing-message.ts";
import { SdkInvoker } from "../../helpers/sdk-orchestrator.ts";
import { HUB, VirtualWorld } from "../../helpers/virtual-world.ts";

const ID = "order";
const WORK_ITEMS = workItemQueueName(HUB);
const CONTROL = controlQueueName(HUB, partitionOf(ID, 4));
const isAppend = ({ resource, operation }: StorageCall) =>
  resource === historyTableName(HUB) && operation === "transact";
const isReply = ({ resource, operation, args }: StorageCall) =>
  resource === CONTROL && operation === "send" && String(args[0]).includes("TaskCompletedEvent");

const orchestrators = {
  *calls(context: OrchestrationContext) {
    const first: unknown = yield context.df.callActivity("work", "a");
    return first;
  },
  *waits(context: OrchestrationContext) {
    const event: unknown = yield context.df.waitForExternalEvent("Go");
    const done: unknown = yield context.df.callActivity("work", event);
    return done;
  },
  *sleeps(context: OrchestrationContext) {
    yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 1_250));
    return context.df.currentUtcDateTime.toISOString();
  },
};

function makeWorld(work: (input: unknown) => unknown = (input) => input) {
  const world = new VirtualWorld();
  const invoker = new SdkInvoker({ orchestrators, activities: { work: async (input) => work(input) } });
  const start = async (name: keyof typeof orchestrators, fateOf?: (call: StorageCall) => Fate | undefined) => {
    const engine = await world.startEngine(fateOf === undefined ? { invoker } : { invoker, fateOf });
    await engine.client.start({ name, input: null, instanceId: ID });
    await world.settle();
    return engine;
  };
  const output = async () => (await world.status(ID))?.output ?? false;
  const eventTypes = async () => (await world.history(ID)).map((it) => it.EventType);
  return { world, invoker, start, output, eventTypes };
}

describe("a checkpoint", () => {
  test("does not let work start on its messages before its history is written", async () => {
    const scheduledAtCall: boolean[] = [];
    const { world, start, output, eventTypes } = makeWorld(async (input) => {
      scheduledAtCall.push((await eventTypes()).includes(EventType.TaskScheduled));
      return input;
    });
    let refusals = 2;
    await start("calls", (call) => (isAppend(call) && refusals-- > 0 ? "refused" : undefined));
    expect(await world.until(output)).toBe('"a"');
    await world.until(() => world.messages().length === 0);
    expect(scheduledAtCall.length).toBeGreaterThan(0);
    expect(scheduledAtCall).not.toContain(false);
  });

  test("has sent its messages when its history is written", async () => {
    const { world, start, eventTypes } = makeWorld();
    const first = await start("calls", (call) => (isAppend(call) ? "after" : undefined));
    expect(first.isDead()).toBe(true);
    expect(await eventTypes()).toContain(EventType.TaskScheduled);
    expect(world.storage.queue(WORK_ITEMS).messages()).toHaveLength(1);
  });

  test("does not delete its input messages before the history is written", async () => {
    const { world, start, eventTypes } = makeWorld();
    await start("calls", (call) => (isAppend(call) ? "before" : undefined));
    expect(await eventTypes()).toEqual([]);
    expect(world.storage.queue(CONTROL).messages()).toHaveLength(1);
  });
});

describe("a work item", () => {
  test("exists until its reply has been sent", async () => {
    const { world, start } = makeWorld();
    const workItems: number[] = [];
    await start("calls", (call) => {
      if (isReply(call)) workItems.push(world.storage.queue(WORK_ITEMS).messages().length);
      return undefined;
    });
    expect(workItems).toEqual([1]);
    expect(world.storage.queue(WORK_ITEMS).messages()).toEqual([]);
  });

  test("whose reply was not sent is run again by the next host", async () => {
    const { world, invoker, start, output } = makeWorld();
    await start("calls", (call) => (isReply(call) ? "before" : undefined));
    await world.startEngine({ invoker });
    expect(await world.until(output)).toBe('"a"');
    expect(invoker.activityCalls).toHaveLength(2);
  });
});

test("a timer that is due soon fires on the millisecond, not on the queue's whole seconds", async () => {
  const { world, start, output } = makeWorld();
  await start("sleeps");
  expect(await world.until(output)).toBe('"2026-06-24T14:00:01.250Z"');
});

test("a reply that arrives before its call is in the history waits for the call", async () => {
  const { world, invoker, start, output } = makeWorld();
  const { client } = await start("waits");
  const base = { EventId: -1, IsPlayed: false, Timestamp: "2026-06-24T14:00:00.0000000Z" };
  // As if another host had died between sending the call and writing the history, while a third one ran the activity.
  const early = { ...base, EventType: EventType.TaskCompleted, TaskScheduledId: 0, Result: '"early"' } as const;
  const { delivery } = await world.openDelivery();
  await delivery.send(toInstance(ID, early));
  await world.pass(2_000);
  expect(await world.history(ID)).toHaveLength(3);
  expect(world.storage.queue(CONTROL).messages()).toHaveLength(1);

  await client.raiseEvent(ID, "Go", '"go"');
  expect(await world.until(output)).toMatch(/^"(early|go)"$/);
  expect(invoker.activityCalls).toHaveLength(1);
  await world.until(() => world.messages().length === 0);
});

describe("a partition that another host took over", () => {
  test("gets nothing more from a running episode, and gets its messages immediately", async () => {
    const { world, invoker, start, eventTypes } = makeWorld();
    const { client } = await start("waits");
    const before = await eventTypes();
    const answered = Promise.withResolvers<void>();
    const ask = invoker.invokeOrchestrator.bind(invoker);
    invoker.invokeOrchestrator = async (call) => {
      await answered.promise;
      return ask(call);
    };
    await client.raiseEvent(ID, "Go", '"go"');
    await world.settle();
    await stealPartitions(world);
    answered.resolve();
    await world.settle();
    expect(await eventTypes()).toEqual(before);
    expect(world.storage.queue(WORK_ITEMS).messages()).toEqual([]);
    expect(world.storage.queue(CONTROL).messages()).toMatchObject([{ visibleAtMs: world.clock.now().getTime() }]);
  });

  test("gets the waiting messages immediately", async () => {
    const { world, invoker, start } = makeWorld();
    const { client } = await start("waits");
    invoker.invokeOrchestrator = () => new Promise(() => {});
    await client.raiseEvent(ID, "Go", '"go"');
    await client.raiseEvent(ID, "Go", '"again"');
    await world.settle();
    await stealPartitions(world);
    const visible = world.storage.queue(CONTROL).messages();
    expect(visible.filter(({ visibleAtMs }) => visibleAtMs <= world.clock.now().getTime())).toHaveLength(1);
  });
});

/** As if another host had claimed them while this host was away; it notices when it next reads the table. */
async function stealPartitions(world: VirtualWorld): Promise<void> {
  const { hub } = await world.stores();
  for await (const { partitionKey, rowKey } of hub.partitions.query()) {
    await hub.partitions.update({ partitionKey, rowKey, columns: { CurrentOwner: "another" } }, "Merge");
  }
  await world.pass(10_000);
}

// A checkpoint of many events is several transactions, and a host may die between them.

import { createSystemClock, silentLogger } from "@same-kit/shared";
import type { OrchestrationContext } from "durable-functions";
import { expect, test } from "vitest";
import { EventType, type HistoryEvent } from "../../../local/src/engine/history/events.ts";
import { MessageQueue } from "../../../local/src/engine/messages/message-queue.ts";
import { LargePayloads } from "../../../local/src/engine/taskhub/large-payloads.ts";
import { openTaskHub } from "../../../local/src/engine/taskhub/task-hub.ts";
import { HistoryStore } from "../../../local/src/engine/tracking/history-store.ts";
import { useAzurite } from "../../helpers/azurite.ts";
import { makeCrashable } from "../../helpers/crashable-storage.ts";
import { newHubName, startTestEngine, waitForInstance } from "../../helpers/engine.ts";
import { toInstance } from "../../helpers/outgoing-message.ts";
import { SdkInvoker } from "../../helpers/sdk-orchestrator.ts";
import { waitFor } from "../../helpers/wait-for.ts";

const storage = useAzurite();

const orchestrators = {
  *collects(context: OrchestrationContext) {
    const got: number[] = [];
    for (let i = 0; i < 3; i++) got.push((yield context.df.waitForExternalEvent("Item")) as number);
    return got;
  },
  *fansOut(context: OrchestrationContext) {
    const tasks = Array.from({ length: 120 }, (_, i) => context.df.callActivity("double", i));
    const results: number[] = yield context.df.Task.all(tasks);
    return results.reduce((sum, it) => sum + it, 0);
  },
};
const app = () => new SdkInvoker({ orchestrators, activities: { double: (value: unknown) => Number(value) * 2 } });

test("messages recorded by the first transaction still lead to the decisions that the second one was meant to record", async () => {
  const hubName = newHubName();
  const first = await startTestEngine({ storage: storage(), hubName, invoker: app() });
  await first.client.start({ name: "collects", input: null, instanceId: "basket" });
  await waitForInstance(first.client, "basket", (it) => it.runtimeStatus === "Running");
  await first.stop();
  await leaveCutOff(
    hubName,
    [1, 2, 3].map((it) => raised(String(it))),
  );

  const { client } = await startTestEngine({ storage: storage(), hubName, invoker: app() });
  const { output, executionId } = await waitForInstance(client, "basket");
  expect(output).toBe("[1,2,3]");
  const history = await client.getHistory("basket", executionId);
  expect(history.filter((it) => it.EventType === EventType.EventRaised)).toHaveLength(3);
});

test("a host crash between two transactions of a large fan-out loses no activity", async () => {
  const hubName = newHubName();
  let transactions = 0;
  const crash = makeCrashable(storage(), ({ resource, operation }) => {
    if (!resource.endsWith("History") || operation !== "transact") return undefined;
    transactions += 1;
    return transactions === 2 ? "before" : undefined;
  });
  const first = await startTestEngine({ storage: storage(), hubName, crash, invoker: app() });
  void first.client.start({ name: "fansOut", input: null, instanceId: "wide" });
  await waitFor(crash.isDead);

  const { client } = await startTestEngine({ storage: storage(), hubName, invoker: app() });
  expect((await waitForInstance(client, "wide", undefined, 60_000)).output).toBe("14280");
});

/** The data of a host that died after the first transaction of an episode: the events, and their messages. */
async function leaveCutOff(hubName: string, arrived: HistoryEvent[]): Promise<void> {
  const clock = createSystemClock();
  const hub = await openTaskHub({ storage: storage(), hubName, partitionCount: 4 });
  const payloads = new LargePayloads(hub.largeMessages);
  const histories = new HistoryStore({ hub, payloads, clock });
  const before = await histories.load("basket", null);
  const wakeUp = { ...base(), EventType: EventType.OrchestratorStarted };
  const events = [...before.events, wakeUp, ...arrived.map((it) => ({ ...it, IsPlayed: true }))];
  const executionId = before.executionId ?? "";
  await histories.append({ instanceId: "basket", executionId, events, newEventCount: 4, etag: before.etag });
  const queue = hub.controlQueues[hub.partitionOf("basket")] ?? hub.workItemQueue;
  const messages = new MessageQueue({ queue, payloads, clock, log: silentLogger, visibilityTimeoutMs: 1_000 });
  for (const event of arrived) await messages.send(toInstance("basket", event));
}

const clock = createSystemClock();
const base = () => ({ EventId: -1, IsPlayed: false, Timestamp: clock.nowTicks() });

function raised(Input: string): HistoryEvent {
  return { ...base(), EventType: EventType.EventRaised, Name: "Item", Input, ParentTraceContext: null };
}

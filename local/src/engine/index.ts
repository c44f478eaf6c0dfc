// The Durable Task engine: reads and runs one task hub.

import type { Clock, Logger } from "@same-kit/shared";
import type { StorageAccount } from "../storage/storage-account.ts";
import { ActivityDispatcher } from "./activities/activity-dispatcher.ts";
import type { TaskHubClient } from "./client.ts";
import { FunctionLog } from "./function-log.ts";
import { startPartitionManager } from "./leases/partition-manager.ts";
import { newWorkerId } from "./leases/worker-id.ts";
import { HeldMessages } from "./messages/held-messages.ts";
import { MessageQueue } from "./messages/message-queue.ts";
import { OrchestrationDispatcher } from "./orchestrations/orchestration-dispatcher.ts";
import { runEpisode } from "./orchestrations/run-episode.ts";
import type { FunctionInvoker } from "./ports.ts";
import { MessageRouter } from "./routing/message-router.ts";
import type { DurableTaskSettings } from "./settings.ts";
import { createTaskHubClient, type StartTrust } from "./task-hub-client.ts";
import { LargePayloads } from "./taskhub/large-payloads.ts";
import { openTaskHub, type TaskHub } from "./taskhub/task-hub.ts";
import { HistoryStore } from "./tracking/history-store.ts";
import { InstanceStore } from "./tracking/instance-store.ts";

export { FUNCTION_LOG_CATEGORY } from "./function-log.ts";
export { resolveDurableTaskSettings } from "./resolve-settings.ts";

export type EngineOptions = {
  storage: StorageAccount;
  settings: DurableTaskSettings;
  invoker: FunctionInvoker;
  /** Partitions are owned under it; default: one that is this process's own. */
  workerId?: string;
  /**
   * Runs once the hub is there, before any message of it is taken: what must not be continued can be suspended, and the functions
   * may still be loading until it resolves.
   */
  beforeWork?: (client: TaskHubClient) => Promise<void>;
  clock: Clock;
  log: Logger;
};

export type Engine = {
  client: TaskHubClient;
  hubName: string;
  /** Lets episodes end, gives everything else back, releases the partitions. */
  stop(): Promise<void>;
};

/** Opens the hub, made where it is missing, claims its share of the partitions and begins to work. */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { storage, settings, clock, log } = options;
  const { hubName, partitionCount } = settings;
  const hub = await openTaskHub({ storage, hubName, partitionCount });
  const parts = assemble(hub, options);
  await options.beforeWork?.(parts.client);
  parts.held.start();
  parts.activities.start();
  const partitions = startPartitionManager({
    hub,
    workerId: options.workerId ?? newWorkerId(),
    clock,
    log: log.child("engine.leases"),
    reader: {
      start: (queueName) => parts.orchestrations.open(queueName),
      stop: (queueName) => parts.orchestrations.lose(queueName),
      drain: (queueName) => parts.orchestrations.drain(queueName),
    },
  });
  return {
    client: parts.client,
    hubName,
    async stop() {
      await parts.activities.stop();
      await partitions.stop();
      await parts.held.stop();
    },
  };
}

type Parts = {
  held: HeldMessages;
  orchestrations: OrchestrationDispatcher;
  activities: ActivityDispatcher;
  client: TaskHubClient;
};

function assemble(hub: TaskHub, { storage, settings, invoker, clock, log }: EngineOptions): Parts {
  const payloads = new LargePayloads(hub.largeMessages);
  const histories = new HistoryStore({ hub, payloads, clock });
  const instances = new InstanceStore({ hub, payloads, clock });
  const queueDeps = { payloads, clock, log: log.child("engine.messages") };
  const controlTimeout = { ...queueDeps, visibilityTimeoutMs: settings.controlQueueVisibilityTimeoutMs };
  const controlQueues = hub.controlQueues.map((queue) => new MessageQueue({ ...controlTimeout, queue }));
  const workItems = new MessageQueue({
    ...queueDeps,
    queue: hub.workItemQueue,
    visibilityTimeoutMs: settings.workItemQueueVisibilityTimeoutMs,
  });
  const visibilityTimeoutMs = Math.min(
    settings.controlQueueVisibilityTimeoutMs,
    settings.workItemQueueVisibilityTimeoutMs,
  );
  const held: HeldMessages = new HeldMessages({
    clock,
    log: log.child("engine.messages"),
    visibilityTimeoutMs,
    onAbandoned: (name, time) =>
      name === workItems.name ? activities.expectAt(time) : orchestrations.expectAt(name, time),
  });
  const functionLog = new FunctionLog(log, settings);
  const trustedStarts = new Map<string, StartTrust>();
  const router: MessageRouter = new MessageRouter({
    controlQueues,
    workItems,
    partitionOf: hub.partitionOf,
    held,
    clock,
    visibilityTimeoutMs: settings.controlQueueVisibilityTimeoutMs,
    takers: {
      ownsQueue: (name) => orchestrations.ownsQueue(name),
      takeControlMessage: (message, queue) => orchestrations.take(message, queue),
      reserveActivity: () => activities.reserve(),
      expectAt: (name, time) => orchestrations.expectAt(name, time),
    },
  });
  const orchestrations: OrchestrationDispatcher = new OrchestrationDispatcher({
    controlQueues,
    openSurplusQueue: (name) => new MessageQueue({ ...controlTimeout, queue: storage.queue(name) }),
    held,
    clock,
    log: log.child("engine.orchestrations"),
    batchSize: settings.controlQueueBatchSize,
    bufferThreshold: settings.controlQueueBufferThreshold,
    maxConcurrentEpisodes: settings.maxConcurrentOrchestratorFunctions,
    maxPollingIntervalMs: settings.maxQueuePollingIntervalMs,
    session: {
      router,
      histories,
      instances,
      payloads,
      held,
      runEpisode,
      trustedStarts,
      visibilityTimeoutMs: settings.controlQueueVisibilityTimeoutMs,
      episode: { invoker, settings, clock, log: log.child("engine.orchestrations") },
      log: log.child("engine.orchestrations"),
    },
  });
  const activities: ActivityDispatcher = new ActivityDispatcher({
    queue: workItems,
    held,
    router: () => router,
    invoker,
    clock,
    log: log.child("engine.activities"),
    functionLog,
    maxConcurrentActivities: settings.maxConcurrentActivityFunctions,
    maxPollingIntervalMs: settings.maxQueuePollingIntervalMs,
  });
  const client = createTaskHubClient({
    hub,
    histories,
    instances,
    clock,
    settings,
    functionLog,
    send: (message) => router.send(message),
    async sendStart(message, writeRow) {
      const queue = router.queueOf(message.taskMessage.OrchestrationInstance.InstanceId);
      const delivery = await router.prepareControl(queue, message);
      try {
        const trust = await writeRow(delivery.sent);
        // The session need not look whether somebody else's start won.
        if (trust !== null && delivery.messageId !== null) trustedStarts.set(delivery.messageId, trust);
      } catch (error) {
        delivery.leave();
        throw error;
      }
      delivery.deliver();
    },
    forget: (instanceId) => orchestrations.forget(instanceId),
    apart: (instanceId, work) => orchestrations.apart(instanceId, work),
  });
  return { held, orchestrations, activities, client };
}

import { ActivityDispatcher } from "./activities/activity-dispatcher.ts";
import type { TaskHubClient } from "./client.ts";
import { Delivery } from "./delivery/delivery.ts";
import type { EngineOptions } from "./engine-options.ts";
import { runEntityEpisode } from "./entities/run-entity-episode.ts";
import { FunctionLog } from "./function-log.ts";
import { AppLease } from "./leases/app-lease.ts";
import { parseEntityInstanceId } from "./messages/entity-id.ts";
import { HubQueues } from "./messages/hub-queues.ts";
import type { EpisodeDeps, EpisodeInput, EpisodeResult } from "./orchestrations/episode-types.ts";
import { OrchestrationDispatcher } from "./orchestrations/orchestration-dispatcher.ts";
import { runEpisode } from "./orchestrations/run-episode.ts";
import { createTaskHubClient } from "./task-hub-client.ts";
import { LargePayloads } from "./taskhub/large-payloads.ts";
import type { TaskHub } from "./taskhub/task-hub.ts";
import { HistoryStore } from "./tracking/history-store.ts";
import { InstanceStore } from "./tracking/instance-store.ts";

/** The parts of an engine; nothing runs yet. */
export type EngineParts = {
  client: TaskHubClient;
  /** Guards what the other parts do for the app: it happens only while this lease is held. */
  appLease: AppLease;
  delivery: Delivery;
  activities: ActivityDispatcher;
  orchestrations: OrchestrationDispatcher;
};

/** Creates the parts in order: each part knows those before it, and none of those after it. */
export function assemble(hub: TaskHub, options: Omit<EngineOptions, "storage">): EngineParts {
  const { settings, invoker, clock, log, onInstanceEnded, hostile, tracer } = options;
  const payloads = new LargePayloads(hub.largeMessages);
  const histories = new HistoryStore({ hub, payloads, clock });
  const instances = new InstanceStore({ hub, payloads, clock });
  const functionLog = new FunctionLog(log, settings);
  const delivery = createDelivery(hub, payloads, options);
  const activities = new ActivityDispatcher({
    delivery,
    invoker,
    functionLog,
    tracer,
    clock,
    log: log.child("engine.activities"),
    maxConcurrentActivities: settings.maxConcurrentActivityFunctions,
    http: { fetch: (...request) => fetch(...request), env: process.env },
  });

  const episodeLog = log.child("engine.orchestrations");
  const episode = { invoker, settings, clock, functionLog, tracer, log: episodeLog };
  const session = {
    delivery,
    histories,
    instances,
    payloads,
    runEpisode: (input: EpisodeInput) => runAnyEpisode(input, episode),
    visibilityTimeoutMs: settings.controlQueueVisibilityTimeoutMs,
    maxBatch: hostile === undefined ? Number.POSITIVE_INFINITY : 1,
    tracer,
    clock,
    log: episodeLog,
    ...(onInstanceEnded === undefined ? {} : { onEnded: onInstanceEnded }),
  };
  const orchestrations = new OrchestrationDispatcher({ delivery, session, settings });

  const stores = { hub, histories, instances };
  const appLease = new AppLease({ hub, settings, clock, log: log.child("engine.leases") });
  const client = createTaskHubClient({
    ...stores,
    delivery,
    appLease,
    orchestrations,
    settings,
    functionLog,
    tracer,
    clock,
    onPurge: options.onPurge,
  });
  return { client, delivery, appLease, activities, orchestrations };
}

function createDelivery(
  hub: TaskHub,
  payloads: LargePayloads,
  { settings, clock, log: engineLog, hostile }: Omit<EngineOptions, "storage">,
): Delivery {
  const log = engineLog.child("engine.messages");
  return new Delivery({
    queues: new HubQueues({ hub, payloads, settings, clock, log }),
    clock,
    log,
    holdMs: Math.min(settings.controlQueueVisibilityTimeoutMs, settings.workItemQueueVisibilityTimeoutMs),
    maxPollingIntervalMs: settings.maxQueuePollingIntervalMs,
    hostile,
  });
}

/** Runs an episode of an orchestration or an entity, as determined by the instance's id. */
function runAnyEpisode(input: EpisodeInput, deps: EpisodeDeps): Promise<EpisodeResult> {
  const entity = parseEntityInstanceId(input.instanceId);
  return entity === null ? runEpisode(input, deps) : runEntityEpisode(entity, input, deps);
}

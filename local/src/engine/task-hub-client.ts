// A client of the hub, on storage alone. Source: Azure/durabletask, DurableTask.Core/TaskHubClient.cs, and
// Azure/azure-functions-durable-extension, ContextImplementations/DurableClient.cs.

import { randomUUID } from "node:crypto";
import type { InstanceFilter, InstancePage, TaskHubClient } from "./client.ts";
import { toInstance } from "./client-message.ts";
import { sendTraced } from "./client-trace.ts";
import { entityRequestSpan, eventSpan } from "./durable-spans.ts";
import { EventType, type HistoryEvent } from "./history/events.ts";
import type { AppLease } from "./leases/app-lease.ts";
import { toInstanceId } from "./messages/entity-id.ts";
import {
  type EntityRequest,
  OPERATION_EVENT,
  RELEASE_EVENT,
  releaseText,
  requestText,
  UNSTAMPED,
} from "./messages/entity-messages.ts";
import { type PurgeDeps, purge, purgeMany } from "./purge-instances.ts";
import { rewindInstance } from "./rewind-instance.ts";
import { type StartDeps, start } from "./start-instance.ts";
import type { InstanceStore } from "./tracking/instance-store.ts";

type TaskHubClientDeps = PurgeDeps &
  StartDeps & {
    appLease: Pick<AppLease, "makePrimary">;
  };
/** Used instead of the id of a request, which only its holder knows. */
const ORPHANED_LOCK = "fix-orphaned-lock";

export function createTaskHubClient(deps: TaskHubClientDeps): TaskHubClient {
  const { hub, histories, instances, clock, tracer } = deps;
  const event = (instanceId: string, Event: HistoryEvent) => deps.delivery.send(toInstance(instanceId, Event));
  const base = () => ({ EventId: -1, IsPlayed: false, Timestamp: clock.nowTicks() });
  const raise = (instanceId: string, Name: string, Input: string | null) =>
    event(instanceId, { ...base(), EventType: EventType.EventRaised, Name, Input, ParentTraceContext: null });
  const client: TaskHubClient = {
    hubName: hub.hubName,
    start: (request) => start(request, client, deps),
    getStatus: (instanceId, options = {}) => instances.status(instanceId, { withInput: options.withInput ?? true }),
    async getHistory(instanceId, executionId) {
      return (await histories.load(instanceId, executionId)).events;
    },
    list: (filter, page) => list(filter, page, instances),
    raiseEvent: (instanceId, name, input, trace = null) =>
      // As upstream: the event itself carries no trace context.
      sendTraced(tracer, eventSpan(name, instanceId), trace, () => raise(instanceId, name, input)),
    signalEntity(entity, operation, input, caller = null) {
      const target = toInstanceId(entity);
      const name = entity.name.toLowerCase();
      const shape = entityRequestSpan({ entity: name, operation, isSignal: true, target, due: null });
      return sendTraced(tracer, shape, caller, (trace) => {
        const request = { ...newClientRequest(), operation, input, ...(tracer && { trace }) };
        return raise(target, OPERATION_EVENT, requestText(request, { isTyped: false }));
      });
    },
    async releaseLock(entityInstanceId, holder) {
      await raise(entityInstanceId, RELEASE_EVENT, releaseText({ parent: holder, id: ORPHANED_LOCK, after: null }));
    },
    async terminate(instanceId, reason) {
      await event(instanceId, { ...base(), EventType: EventType.ExecutionTerminated, Input: reason });
    },
    async suspend(instanceId, reason) {
      await event(instanceId, { ...base(), EventType: EventType.ExecutionSuspended, Reason: reason });
    },
    async resume(instanceId, reason) {
      await event(instanceId, { ...base(), EventType: EventType.ExecutionResumed, Reason: reason });
    },
    rewind: (instanceId, reason) =>
      rewindInstance(instanceId, {
        histories,
        instances,
        whileIdle: (id, work) => deps.orchestrations.whileIdle(id, work),
        wake: (id) => event(id, { ...base(), EventType: EventType.GenericEvent, Data: reason }),
      }),
    purge: (instanceId) => purge(instanceId, deps),
    purgeMany: (filter) => purgeMany(filter, deps),
    makePrimary: () => deps.appLease.makePrimary(),
  };
  return client;
}

/** A client adds no stamps: its signals are unordered. */
function newClientRequest(): EntityRequest {
  return {
    operation: null,
    isSignal: true,
    input: null,
    id: randomUUID(),
    parent: null,
    parentExecution: null,
    due: null,
    timestamp: UNSTAMPED,
    predecessor: UNSTAMPED,
    lockSet: null,
    position: 0,
  };
}

async function list(
  filter: InstanceFilter,
  page: { top: number; continuationToken?: string; withInput?: boolean },
  instances: InstanceStore,
): Promise<InstancePage> {
  const { rows, continuationToken } = await instances.list(filter, { ...page, withInput: page.withInput ?? false });
  return { instances: rows, continuationToken };
}

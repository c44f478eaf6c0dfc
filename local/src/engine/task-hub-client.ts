// A client of the hub, on storage alone. Source: Azure/durabletask, DurableTask.Core/TaskHubClient.cs, and
// Azure/azure-functions-durable-extension, ContextImplementations/DurableClient.cs.

import { randomUUID } from "node:crypto";
import type { Clock } from "@same-kit/shared";
import { newGuidN } from "../shared/ids.ts";
import { deleteBlobsBelow } from "../storage/gzip-blobs.ts";
import type { Tracer } from "../telemetry/index.ts";
import type { InstanceFilter, InstancePage, InstanceStatus, StartRequest, TaskHubClient } from "./client.ts";
import { sendTraced } from "./client-trace.ts";
import type { Delivery } from "./delivery/delivery.ts";
import { entityRequestSpan, eventSpan, startSpan } from "./durable-spans.ts";
import { OrchestrationAlreadyExistsError } from "./errors.ts";
import type { FunctionLog } from "./function-log.ts";
import {
  EventType,
  type ExecutionStartedEvent,
  type HistoryEvent,
  TERMINAL,
  type TraceContext,
} from "./history/events.ts";
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
import type { OutgoingMessage } from "./messages/message-data.ts";
import type { OrchestrationDispatcher } from "./orchestrations/orchestration-dispatcher.ts";
import { endForReplacement } from "./replace-instance.ts";
import { rewindInstance } from "./rewind-instance.ts";
import type { DurableTaskSettings } from "./settings.ts";
import { escapeKey } from "./taskhub/names.ts";
import type { TaskHub } from "./taskhub/task-hub.ts";
import type { HistoryStore } from "./tracking/history-store.ts";
import type { InstanceRow, InstanceStore } from "./tracking/instance-store.ts";

type TaskHubClientDeps = {
  hub: TaskHub;
  histories: HistoryStore;
  instances: InstanceStore;
  clock: Clock;
  settings: Pick<DurableTaskSettings, "defaultVersion" | "overridableExistingInstanceStates">;
  functionLog: FunctionLog;
  /** Absent: tracing is off. */
  tracer?: Tracer | undefined;
  delivery: Delivery;
  appLease: Pick<AppLease, "makePrimary">;
  /** What this host has in memory about instances. */
  orchestrations: Pick<OrchestrationDispatcher, "forget" | "whileIdle">;
  onPurge?: ((instanceId: string) => Promise<void>) | undefined;
};

const CLIENT = { InstanceId: "", ExecutionId: "" };
/** Used instead of the id of a request, which only its holder knows. */
const ORPHANED_LOCK = "fix-orphaned-lock";
const PURGE_PAGE = 100;
const PURGES_AT_ONCE = 8;

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
    purge: (instanceId) => deps.orchestrations.whileIdle(instanceId, () => purge(instanceId, deps)),
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

async function start(
  request: StartRequest,
  client: TaskHubClient,
  deps: TaskHubClientDeps,
): Promise<{ instanceId: string; executionId: string }> {
  const { settings, clock } = deps;
  const instanceId = request.instanceId ?? newGuidN();
  const executionId = newGuidN();
  // A newly generated id cannot exist yet.
  const existing = request.instanceId === undefined ? null : await makeRoom(instanceId, client, deps);
  const event = (trace: TraceContext | null): ExecutionStartedEvent => ({
    EventType: EventType.ExecutionStarted,
    EventId: -1,
    IsPlayed: false,
    Timestamp: clock.nowTicks(),
    OrchestrationInstance: { InstanceId: instanceId, ExecutionId: executionId },
    ParentInstance: null,
    Name: request.name,
    Version: request.version === undefined ? settings.defaultVersion : request.version,
    Input: request.input,
    Tags: request.tags ?? null,
    Correlation: null,
    ParentTraceContext: trace,
    ScheduledStartTime: null,
    Generation: existing === null ? 0 : (existing.generation ?? 0) + 1,
    GenerateNewTrace: false,
  });
  if (existing !== null) deps.orchestrations.forget(instanceId);
  const { name } = request;
  const shape = startSpan({ name, version: request.version ?? settings.defaultVersion, instanceId, executionId });
  await sendTraced(deps.tracer, shape, request.traceContext ?? null, async (trace) => {
    const Event = event(trace);
    await deps.delivery.sendStart(toInstance(instanceId, Event, executionId), async (blobName) => {
      const rowEtag = await deps.instances.writeStarted(Event, existing, blobName);
      return rowEtag === null ? null : { isFirst: existing === null, rowEtag };
    });
  });
  deps.functionLog.scheduled({ instanceId, name: request.name, type: "Orchestrator" }, "NewInstance");
  return { instanceId, executionId };
}

/** The row that a new start replaces, after its instance has ended; null if there is none. */
async function makeRoom(
  instanceId: string,
  client: TaskHubClient,
  { instances, settings, clock }: TaskHubClientDeps,
): Promise<InstanceRow | null> {
  const existing = await instances.findRow(instanceId);
  if (existing === null || TERMINAL.includes(existing.status)) return existing;
  if (settings.overridableExistingInstanceStates === "AnyState") {
    return endForReplacement(instanceId, existing, { client, instances, clock });
  }
  throw new OrchestrationAlreadyExistsError(instanceId, existing.status);
}

function toInstance(instanceId: string, Event: HistoryEvent, executionId: string | null = null): OutgoingMessage {
  return {
    taskMessage: {
      Event,
      SequenceNumber: 0,
      OrchestrationInstance: { InstanceId: instanceId, ExecutionId: executionId },
      OrchestrationExecutionContext: null,
    },
    sender: CLIENT,
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

/**
 * Deletes rows, history and blobs, whatever the status. Message blobs are named after the raw id, blobs of history rows
 * after the escaped one.
 */
async function purge(instanceId: string, { hub, histories, instances, onPurge }: TaskHubClientDeps): Promise<boolean> {
  if ((await instances.findRow(instanceId)) === null) return false;
  // With the slash; otherwise an instance whose id starts with this one would lose its blobs.
  const prefixes = new Set([`${instanceId}/`, `${escapeKey(instanceId)}/`]);
  await Promise.all([
    histories.purge(instanceId),
    onPurge?.(instanceId),
    ...[...prefixes].map((prefix) => deleteBlobsBelow(hub.largeMessages, prefix)),
  ]);
  // Last, so that a purge that failed midway can be repeated.
  await instances.remove(instanceId);
  return true;
}

/** Only ended instances: a filter must never delete running ones. */
async function purgeMany(filter: InstanceFilter, deps: TaskHubClientDeps): Promise<number> {
  const wanted = filter.runtimeStatus ?? [];
  const runtimeStatus = wanted.length === 0 ? TERMINAL : TERMINAL.filter((status) => wanted.includes(status));
  if (runtimeStatus.length === 0) return 0;
  let purged = 0;
  let continuationToken: string | undefined;
  do {
    const page: { top: number; continuationToken?: string } = { top: PURGE_PAGE };
    if (continuationToken !== undefined) page.continuationToken = continuationToken;
    const found = await list({ ...filter, runtimeStatus }, page, deps.instances);
    for (let at = 0; at < found.instances.length; at += PURGES_AT_ONCE) {
      const some: InstanceStatus[] = found.instances.slice(at, at + PURGES_AT_ONCE);
      const done = await Promise.all(
        some.map(({ instanceId }) => deps.orchestrations.whileIdle(instanceId, () => purge(instanceId, deps))),
      );
      purged += done.filter(Boolean).length;
    }
    continuationToken = found.continuationToken ?? undefined;
  } while (continuationToken !== undefined);
  return purged;
}

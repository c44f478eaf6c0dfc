import { type Clock, pollUntil, waitingBy } from "@same-kit/shared";
import { newGuidN } from "../shared/ids.ts";
import type { Tracer } from "../telemetry/index.ts";
import type { StartRequest, TaskHubClient } from "./client.ts";
import { toInstance } from "./client-message.ts";
import { sendTraced } from "./client-trace.ts";
import type { Delivery } from "./delivery/delivery.ts";
import { startSpan } from "./durable-spans.ts";
import { OrchestrationAlreadyExistsError, OrchestrationNotReplacedError } from "./errors.ts";
import type { FunctionLog } from "./function-log.ts";
import { EventType, type ExecutionStartedEvent, TERMINAL, type TraceContext } from "./history/events.ts";
import type { OrchestrationDispatcher } from "./orchestrations/orchestration-dispatcher.ts";
import type { DurableTaskSettings } from "./settings.ts";
import type { InstanceRow, InstanceStore } from "./tracking/instance-store.ts";

// The time that the extension waits for the end of an instance that a new start replaces.
const END_TIMEOUT_MS = 180_000;
const POLL_MS = 100;

export type StartDeps = {
  instances: InstanceStore;
  clock: Clock;
  settings: Pick<DurableTaskSettings, "defaultVersion" | "overridableExistingInstanceStates">;
  functionLog: FunctionLog;
  /** Absent: tracing is off. */
  tracer?: Tracer | undefined;
  delivery: Delivery;
  /** What this host has in memory about instances. */
  orchestrations: Pick<OrchestrationDispatcher, "forget">;
};

/**
 * Starts an instance, by a message and a row.
 *
 * @throws OrchestrationAlreadyExistsError, OrchestrationNotReplacedError
 */
export async function start(
  request: StartRequest,
  client: Pick<TaskHubClient, "terminate">,
  deps: StartDeps,
): Promise<{ instanceId: string; executionId: string }> {
  const { settings } = deps;
  const instanceId = request.instanceId ?? newGuidN();
  const executionId = newGuidN();
  // A newly generated id cannot exist yet.
  const existing = request.instanceId === undefined ? null : await makeRoom(instanceId, client, deps);
  if (existing !== null) deps.orchestrations.forget(instanceId);
  const { name } = request;
  const shape = startSpan({ name, version: request.version ?? settings.defaultVersion, instanceId, executionId });
  await sendTraced(deps.tracer, shape, request.traceContext ?? null, async (trace) => {
    const generation = existing === null ? 0 : (existing.generation ?? 0) + 1;
    const Event = startedEvent({ ...request, instanceId, executionId, generation, trace }, deps);
    await deps.delivery.sendStart(toInstance(instanceId, Event, executionId), async (blobName) => {
      const rowEtag = await deps.instances.writeStarted(Event, existing, blobName);
      return rowEtag === null ? null : { isFirst: existing === null, rowEtag };
    });
  });
  deps.functionLog.scheduled({ instanceId, name: request.name, type: "Orchestrator" }, "NewInstance");
  return { instanceId, executionId };
}

function startedEvent(
  started: StartRequest & { instanceId: string; executionId: string; generation: number; trace: TraceContext | null },
  { settings, clock }: StartDeps,
): ExecutionStartedEvent {
  const { name, version, input, tags = null, instanceId, executionId, generation, trace } = started;
  return {
    EventType: EventType.ExecutionStarted,
    EventId: -1,
    IsPlayed: false,
    Timestamp: clock.nowTicks(),
    OrchestrationInstance: { InstanceId: instanceId, ExecutionId: executionId },
    ParentInstance: null,
    Name: name,
    Version: version === undefined ? settings.defaultVersion : version,
    Input: input,
    Tags: tags,
    Correlation: null,
    ParentTraceContext: trace,
    ScheduledStartTime: null,
    Generation: generation,
    GenerateNewTrace: false,
  };
}

/** The row that a new start replaces, after its instance has ended; null if there is none. */
async function makeRoom(
  instanceId: string,
  client: Pick<TaskHubClient, "terminate">,
  { instances, settings, clock }: StartDeps,
): Promise<InstanceRow | null> {
  const existing = await instances.findRow(instanceId);
  if (existing === null || TERMINAL.includes(existing.status)) return existing;
  if (settings.overridableExistingInstanceStates === "AnyState") {
    return endForReplacement(instanceId, existing, { client, instances, clock });
  }
  throw new OrchestrationAlreadyExistsError(instanceId, existing.status);
}

/**
 * Ends an instance whose id is needed for a new one.
 *
 * @returns Its row once it has ended; null if it was purged in the meantime.
 * @throws OrchestrationNotReplacedError if it does not end in time.
 * @see Azure/azure-functions-durable-extension, DurabilityProvider.cs
 */
async function endForReplacement(
  instanceId: string,
  row: InstanceRow,
  { client, instances, clock }: { client: Pick<TaskHubClient, "terminate">; instances: InstanceStore; clock: Clock },
): Promise<InstanceRow | null> {
  // Apps and tests look for the first sentence, which is the extension's.
  const reason =
    `A new instance creation request has been issued for instance ${instanceId} which currently has status ` +
    `${row.status}. It was terminated to make room.`;
  await client.terminate(instanceId, reason);
  const ended = await pollUntil({
    attempt: async () => {
      const found = await instances.findRow(instanceId);
      return found === null || TERMINAL.includes(found.status) ? { row: found } : null;
    },
    everyMs: POLL_MS,
    limitMs: END_TIMEOUT_MS,
    waiting: waitingBy(clock),
  });
  if (ended !== null) return ended.row;
  throw new OrchestrationNotReplacedError(instanceId, row.status);
}

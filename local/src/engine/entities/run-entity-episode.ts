// One wake-up of an entity: messages become a batch of operations, the app's function runs them, and the next
// generation holds the result. An entity is an instance that continues as new after every batch.
// Source: Azure/azure-functions-durable-extension, DurableTaskExtension.cs (EntityMiddleware) and
// Listener/TaskEntityShim.cs.

import { newGuidN } from "../../shared/ids.ts";
import type { SpanContext } from "../../telemetry/index.ts";
import { EventType, type ExecutionStartedEvent, type HistoryEvent } from "../history/events.ts";
import { unknownFunctionText } from "../known-functions.ts";
import type { EntityId } from "../messages/entity-id.ts";
import { CONTINUE_EVENT, type EntityRequest, type EntityResponse } from "../messages/entity-messages.ts";
import type { Outgoing } from "../messages/message-data.ts";
import type { EpisodeDeps, EpisodeInput, EpisodeResult } from "../orchestrations/episode-types.ts";
import { eventBase } from "../orchestrations/replay/execution.ts";
import { type BatchOutcome, batchOutcome, entityCall, failedBatch } from "./entity-batch.ts";
import { grantLock } from "./entity-lock.ts";
import { EntityOutbox } from "./entity-outbox.ts";
import { acceptMessage, hasWork, takeBatch } from "./entity-queue.ts";
import { EntityTrace } from "./entity-trace.ts";
import { entityStatusText, parseSchedulerState, type SchedulerState, schedulerStateText } from "./scheduler-state.ts";

/** Runs what has arrived for an entity. Rejects only if the invoker does. */
export async function runEntityEpisode(
  entity: EntityId,
  input: EpisodeInput,
  deps: EpisodeDeps,
): Promise<EpisodeResult> {
  const { instanceId, history, messages } = input;
  const { clock, settings, log } = deps;
  const events = messages.map((it) => it.Event).filter((it) => it.EventType === EventType.EventRaised);
  // Other messages do not apply to an entity: it cannot be terminated or suspended.
  if (events.length === 0) return { kind: "discarded", reason: "An entity only accepts operations." };
  const state = parseSchedulerState(history.find(isStart)?.Input ?? null);
  const executionId = newGuidN();
  const trace = new EntityTrace(entity, deps.tracer);
  const { sorter } = state;
  const outbox = new EntityOutbox({ instanceId, executionId, sorter, clock, settings, log, traceSignal: trace.signal });
  for (const event of events) acceptMessage(event, state, { outbox, clock, settings });

  const { operations, lock, isFull } = takeBatch(state, settings.maxEntityOperationBatchSize);
  if (operations.length > 0) {
    trace.begin(operations);
    const outcome = await runOperations(entity, operations, state, { ...deps, ...trace.callSpan });
    if (outcome === null) return { kind: "abandoned", reason: "The worker was not available." };
    Object.assign(state, { exists: outcome.exists, state: outcome.state });
    const answered = operations.flatMap((request, index) => pairOf(request, outcome.results[index]));
    for (const [request, response] of answered) if (!request.isSignal) outbox.respond(request, response);
    for (const signal of outcome.signals) outbox.signal(signal);
    trace.end(new Map(answered));
  }
  if (lock !== null) grantLock(lock, state, outbox);
  // Operations queued behind a lock granted to their sender, or granted twice, might be the last messages to arrive.
  const mustContinue = isFull || (lock !== null && hasWork(state));
  if (mustContinue) outbox.sendToSelf(CONTINUE_EVENT);
  const result = advanced({ instanceId, executionId, state, outgoing: outbox.messages }, deps);
  return { ...result, ...(trace.spans.length > 0 && { spans: trace.spans }) };
}

function pairOf(request: EntityRequest, response: EntityResponse | undefined): [EntityRequest, EntityResponse][] {
  return response === undefined ? [] : [[request, response]];
}

/** @returns null if the batch must be retried. */
async function runOperations(
  entity: EntityId,
  operations: readonly EntityRequest[],
  state: SchedulerState,
  { invoker, log, span }: EpisodeDeps & { span?: SpanContext },
): Promise<BatchOutcome | null> {
  const name = entity.name.toLowerCase();
  const functions = invoker.durableFunctions();
  const found = functions.find((it) => it.kind === "entity" && it.name.toLowerCase() === name);
  if (found === undefined || found.isDisabled) {
    const what = `The entity function '${entity.name}' is disabled or does not exist.`;
    log.warn(`${what} Failing ${operations.length} operation(s).`, { instanceId: `@${name}@${entity.key}` });
    return failedBatch(unknownFunctionText(entity.name, "entity", functions), state, operations);
  }
  const reply = await invoker.invokeEntity({ ...entityCall(entity, state, operations), ...(span && { span }) });
  return reply.kind === "unavailable" ? null : batchOutcome(reply, state, operations);
}

type NextGeneration = { instanceId: string; executionId: string; state: SchedulerState; outgoing: Outgoing[] };

/** The complete history of a generation: it has started, and is idle. */
function advanced(
  { instanceId, executionId, state, outgoing }: NextGeneration,
  { clock }: EpisodeDeps,
): Extract<EpisodeResult, { kind: "advanced" }> {
  const started: ExecutionStartedEvent = {
    ...eventBase(clock),
    EventType: EventType.ExecutionStarted,
    OrchestrationInstance: { InstanceId: instanceId, ExecutionId: executionId },
    ParentInstance: null,
    Name: instanceId,
    Version: "",
    Input: schedulerStateText(state),
    Tags: null,
    Correlation: null,
    ParentTraceContext: null,
    ScheduledStartTime: null,
    Generation: null,
    GenerateNewTrace: false,
    IsPlayed: true,
  };
  const events: HistoryEvent[] = [
    { ...eventBase(clock), EventType: EventType.OrchestratorStarted },
    started,
    { ...eventBase(clock), EventType: EventType.OrchestratorCompleted },
  ];
  const customStatus = entityStatusText(state);
  return {
    kind: "advanced",
    executionId,
    events,
    newEventCount: events.length,
    isNewGeneration: true,
    outgoing,
    customStatus,
  };
}

function isStart(event: HistoryEvent): event is ExecutionStartedEvent {
  return event.EventType === EventType.ExecutionStarted;
}

// One wake-up of an instance, from a batch of messages to what must be stored and sent. Pure except for the call of the
// worker: run twice on the same input, it makes the same decisions (except for new ids and times), which makes a
// repeated episode harmless.

import { formatTicks, parseTicks } from "@same-kit/shared";
import type { Span } from "../../telemetry/index.ts";
import { type EventRaisedEvent, EventType, type ExecutionStartedEvent, type HistoryEvent } from "../history/events.ts";
import { spanOfExecution, withOwnSpan, withoutOwnSpan } from "../history/trace-context.ts";
import { unknownFunctionText } from "../known-functions.ts";
import type { Outgoing } from "../messages/message-data.ts";
import type { DurableFunction } from "../ports.ts";
import { logArrived, logDecided } from "./episode-log.ts";
import type { EpisodeDeps, EpisodeInput, EpisodeResult, EpisodeSettings } from "./episode-types.ts";
import { nextExecutionId } from "./next-execution-id.ts";
import { orchestratorPayload } from "./payload.ts";
import { type Execution, eventBase } from "./replay/execution.ts";
import { mergeMessages } from "./replay/merge-messages.ts";
import { endEvents, unknownFunctionEnd, VERSION_MISMATCH } from "./replay/orchestration-end.ts";
import { isVersionAccepted } from "./replay/version-match.ts";
import { isCutOff } from "./sort-batch.ts";
import { orchestrationSpans } from "./tracing/orchestration-spans.ts";
import { endedEarly, judgeReply, type Postponement, terminationOf, type Verdict } from "./verdict.ts";

/**
 * Runs one episode: merges the batch into the history, calls the orchestrator once (again for each continue-as-new),
 * and converts its actions to events and messages.
 *
 * Failures of the app are values in the result. It rejects only if the invoker does.
 *
 * @see Azure/durabletask, DurableTask.Core/TaskOrchestrationDispatcher.cs
 */
export async function runEpisode(input: EpisodeInput, deps: EpisodeDeps): Promise<EpisodeResult> {
  const opened = openExecution(input, deps);
  if (typeof opened === "string") return { kind: "discarded", reason: opened };

  let execution = opened;
  const outgoing: Outgoing[] = [];
  const spans: Span[] = [];
  let arrived = execution.events.slice(input.history.length);
  logArrived(execution, input.history.length, deps);
  for (;;) {
    const verdict = await judge(execution, deps);
    if (verdict.kind === "postponed") return { ...verdict, kind: "abandoned" };
    outgoing.push(...appendDecisions(execution, verdict, deps));
    spans.push(...orchestrationSpans({ execution, arrived, ...verdict }, deps.clock.now().toISOString()));
    markPlayed(execution.events);
    logDecided(execution, verdict, deps);
    if (verdict.end?.kind === "continued-as-new") {
      execution = nextGeneration(execution, verdict.end, deps);
      arrived = [];
      logArrived(execution, 0, deps);
      continue;
    }
    return {
      ...advanced(execution, input, outgoing, verdict.customStatus, opened !== execution),
      ...(spans.length > 0 && { spans }),
    };
  }
}

/** The history with this episode's messages appended, or why there is nothing to do. */
function openExecution(
  { instanceId, history, messages }: EpisodeInput,
  { clock, tracer }: EpisodeDeps,
): Execution | string {
  const known = history.find(isStart);
  if (history.some((it) => it.EventType === EventType.ExecutionCompleted)) return "The instance has already ended.";
  const arrived = mergeMessages(messages, known?.OrchestrationInstance.ExecutionId ?? null);
  const started = known ?? arrived.find(isStart);
  const executionId = started?.OrchestrationInstance.ExecutionId;
  if (!started || !executionId) return "There is no such instance.";
  if (arrived.length === 0 && !isCutOff(history))
    return "The messages belong to another execution, or start this one a second time.";
  const wakeUp = { ...eventBase(clock), EventType: EventType.OrchestratorStarted };
  const fresh = arrived.map((it) => ({ ...it, IsPlayed: false }));
  const isTraced = tracer !== undefined;
  const spanned = isTraced ? fresh.map((it) => (isStart(it) ? withOwnSpan(it, wakeUp.Timestamp) : it)) : fresh;
  const events = [...history, wakeUp, ...spanned];
  const start = events.find(isStart) ?? started;
  return { instanceId, executionId, started: start, events, span: isTraced ? spanOfExecution(start) : null };
}

/** Determines the outcome of this episode, calling the worker if necessary. */
async function judge(execution: Execution, deps: EpisodeDeps): Promise<Verdict> {
  const { invoker, settings, log } = deps;
  const { started, instanceId, executionId } = execution;
  if (!isVersionAccepted(started.Version, settings)) {
    if (settings.versionFailureStrategy === "Fail") return endedEarly(execution, VERSION_MISMATCH, deps);
    return postponed(execution, deps, wrongVersion(started, settings));
  }
  const functions = invoker.durableFunctions();
  if (!isRunnable(started.Name, functions)) {
    return endedEarly(
      execution,
      unknownFunctionEnd(unknownFunctionText(started.Name, "orchestrator", functions)),
      deps,
    );
  }
  log.trace("Calling the orchestrator.", { functionName: started.Name, instanceId, executionId });
  const payload = orchestratorPayload(execution, settings);
  const span = execution.span ?? undefined;
  const reply = await invoker.invokeOrchestrator({ name: started.Name, instanceId, payload, ...(span && { span }) });
  if (reply.kind === "unavailable") return postponed(execution, deps, { reason: reply.reason });
  return judgeReply(reply, execution, deps);
}

/** Stopping an instance must not wait for the worker, which may be the reason for stopping it. */
function postponed(execution: Execution, deps: EpisodeDeps, why: Omit<Postponement, "kind">): Verdict {
  const termination = terminationOf(execution);
  return termination === null ? { kind: "postponed", ...why } : endedEarly(execution, termination, deps);
}

/** The extension only retries, so the instance appears to hang. */
function wrongVersion(
  { Name: functionName, Version }: ExecutionStartedEvent,
  { defaultVersion, versionMatchStrategy }: EpisodeSettings,
): Omit<Postponement, "kind"> {
  const [version, hostVersion] = [Version ?? "", defaultVersion ?? ""];
  return {
    reason: `This host does not run version "${version}" of an orchestration.`,
    warning: {
      text:
        "An orchestration waits for a host of another version: extensions.durableTask in host.json refuses its version here. " +
        "Raise defaultVersion, set versionMatchStrategy to None, or set versionFailureStrategy to Fail so that such orchestrations fail.",
      fields: { functionName, version, defaultVersion: hostVersion, versionMatchStrategy },
    },
  };
}

function appendDecisions(
  execution: Execution,
  verdict: Extract<Verdict, { kind: "decided" }>,
  { clock }: EpisodeDeps,
): Outgoing[] {
  const { events } = execution;
  events.push(...verdict.scheduled.map((it) => it.event));
  const outgoing = verdict.scheduled.map((it) => it.outgoing);
  if (verdict.end !== null && verdict.end.kind !== "continued-as-new") {
    const last = endEvents(verdict.end, verdict.nextId, execution, clock);
    events.push(last.event);
    outgoing.push(...last.outgoing);
  }
  if (events.at(-1)?.EventType !== EventType.OrchestratorCompleted) {
    events.push({ ...eventBase(clock), EventType: EventType.OrchestratorCompleted });
  }
  return outgoing;
}

/**
 * The next generation starts in the same episode, so its first frame is closed before its code has run. Only this
 * generation is stored; the last episode of the old one never is. Its id and its start time are the same when the
 * episode is repeated, because entities recognize earlier requests by both.
 */
function nextGeneration(
  { instanceId, started, span }: Execution,
  end: { input: unknown; carriedEvents: readonly EventRaisedEvent[]; causedAt: string | null },
  { clock }: EpisodeDeps,
): Execution {
  const executionId = nextExecutionId(started);
  const wakeUp = { ...eventBase(clock), EventType: EventType.OrchestratorStarted };
  const following: ExecutionStartedEvent = {
    ...started,
    ...eventBase(clock),
    ...(end.causedAt !== null && { Timestamp: formatTicks(parseTicks(end.causedAt)) }),
    OrchestrationInstance: { InstanceId: instanceId, ExecutionId: executionId },
    Input: end.input === undefined ? null : JSON.stringify(end.input),
    Generation: null,
    ScheduledStartTime: null,
  };
  const next = span === null ? following : withSpanOfItsOwn(following, wakeUp.Timestamp);
  const carried = end.carriedEvents.map((it) => ({ ...it, IsPlayed: false }));
  const close = { ...eventBase(clock), EventType: EventType.OrchestratorCompleted };
  const events = [wakeUp, next, ...carried, close];
  return { instanceId, executionId, started: next, events, span: span && spanOfExecution(next) };
}

/** Each generation has its own span, below the parent that all of them share. */
function withSpanOfItsOwn(started: ExecutionStartedEvent, now: string): ExecutionStartedEvent {
  return withOwnSpan({ ...started, ParentTraceContext: withoutOwnSpan(started.ParentTraceContext) }, now);
}

function advanced(
  { executionId, events }: Execution,
  { history }: EpisodeInput,
  outgoing: Outgoing[],
  customStatus: string | null,
  isNewGeneration: boolean,
): Extract<EpisodeResult, { kind: "advanced" }> {
  const newEventCount = isNewGeneration ? events.length : events.length - history.length;
  return { kind: "advanced", executionId, events, newEventCount, isNewGeneration, outgoing, customStatus };
}

/** Arrived events count as played once the code has seen them; the SDK computes `isReplaying` from this. */
function markPlayed(events: HistoryEvent[]): void {
  for (const event of events) {
    if (isArrival(event)) event.IsPlayed = true;
  }
}

function isArrival({ EventType: type }: HistoryEvent): boolean {
  switch (type) {
    case EventType.OrchestratorStarted:
    case EventType.OrchestratorCompleted:
    case EventType.TaskScheduled:
    case EventType.SubOrchestrationInstanceCreated:
    case EventType.TimerCreated:
    case EventType.EventSent:
    case EventType.ExecutionCompleted:
      return false;
    case EventType.ExecutionStarted:
    case EventType.ExecutionTerminated:
    case EventType.ExecutionSuspended:
    case EventType.ExecutionResumed:
    case EventType.TaskCompleted:
    case EventType.TaskFailed:
    case EventType.SubOrchestrationInstanceCompleted:
    case EventType.SubOrchestrationInstanceFailed:
    case EventType.TimerFired:
    case EventType.EventRaised:
    case EventType.GenericEvent:
      return true;
  }
}

function isStart(event: HistoryEvent): event is ExecutionStartedEvent {
  return event.EventType === EventType.ExecutionStarted;
}

function isRunnable(name: string, functions: readonly DurableFunction[]): boolean {
  const found = functions.find((it) => it.kind === "orchestrator" && it.name.toLowerCase() === name.toLowerCase());
  return found !== undefined && !found.isDisabled;
}

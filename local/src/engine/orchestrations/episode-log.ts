import type { FunctionLog, LoggedFunction } from "../function-log.ts";
import { EventType, type HistoryEvent } from "../history/events.ts";
import type { EpisodeDeps } from "./episode-types.ts";
import type { Execution } from "./replay/execution.ts";
import type { OrchestrationEnd } from "./replay/orchestration-end.ts";
import type { Verdict } from "./verdict.ts";

type Decided = Extract<Verdict, { kind: "decided" }>;

/** Logs what woke the orchestrator. @param replayedCount - Number of events from earlier episodes. */
export function logArrived({ instanceId, started, events }: Execution, replayedCount: number, deps: EpisodeDeps): void {
  const log = deps.functionLog;
  const it = orchestrator(instanceId, started.Name);
  const first = deps.settings.traceReplayEvents ? 0 : replayedCount;
  events.slice(first).forEach((event, index) => {
    logEvent(event, it, first + index < replayedCount, log);
  });
}

/** Logs what the orchestrator scheduled, and its resulting status. */
export function logDecided(
  { instanceId, executionId, started }: Execution,
  { scheduled, end }: Decided,
  deps: EpisodeDeps,
): void {
  const log = deps.functionLog;
  const it = orchestrator(instanceId, started.Name);
  for (const { event, pollsAt } of scheduled) {
    if (pollsAt !== undefined) log.polling(it, pollsAt);
    logEvent(event, it, false, log);
  }
  if (end === null) log.awaited(it);
  else logEnd(end, it, log);
  const fields = { functionName: started.Name, instanceId, executionId };
  if (end?.kind === "failed") deps.log.warn("An orchestration failed.", { ...fields, reason: reasonOf(end) });
  else if (end !== null) deps.log.debug("An orchestration ended.", { ...fields, status: end.kind });
}

function logEvent(event: HistoryEvent, it: LoggedFunction, isReplay: boolean, log: FunctionLog): void {
  const { instanceId, name } = it;
  switch (event.EventType) {
    case EventType.ExecutionStarted:
      log.started(it, event.Input, { isReplay });
      break;
    case EventType.TaskScheduled:
      log.scheduled({ instanceId, name: event.Name, type: "Activity" }, name, { isReplay });
      break;
    case EventType.SubOrchestrationInstanceCreated:
      log.scheduled(orchestrator(instanceId, event.Name), name, { isReplay, targetInstanceId: event.InstanceId });
      break;
    case EventType.EventRaised:
      log.eventReceived(it, event.Name, event.Input, { isReplay });
      break;
    case EventType.TimerFired:
      log.timerExpired(it, event.FireAt, { isReplay });
      break;
    case EventType.ExecutionSuspended:
      if (!isReplay) log.suspended(it, event.Reason);
      break;
    case EventType.ExecutionResumed:
      if (!isReplay) log.resumed(it, event.Reason);
      break;
  }
}

function logEnd(end: NonNullable<Decided["end"]>, it: LoggedFunction, log: FunctionLog): void {
  switch (end.kind) {
    case "continued-as-new":
      log.completed(it, end.input === undefined ? null : JSON.stringify(end.input), { continuedAsNew: true });
      break;
    case "completed":
      log.completed(it, end.result);
      break;
    case "terminated":
      log.terminated(it, end.reason);
      break;
    case "failed":
      log.failed(it, reasonOf(end));
      break;
  }
}

const reasonOf = ({ result, failureDetails }: Extract<OrchestrationEnd, { kind: "failed" }>): string =>
  result ?? failureDetails?.ErrorMessage ?? "";

const orchestrator = (instanceId: string, name: string): LoggedFunction => ({ instanceId, name, type: "Orchestrator" });

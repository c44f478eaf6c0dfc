import { EventType, type HistoryEvent } from "../engine/history/events.ts";
import type { TaskAction } from "../engine/orchestrations/replay/action.ts";
import { toDurationText } from "./duration.ts";
import { findRequestedTimer, requestedActions } from "./requested-actions.ts";

/**
 * Describes what an instance waits for.
 *
 * @param reply - The orchestrator's last reply: awaited external events are recorded nowhere else.
 */
export function describeWaits(events: readonly HistoryEvent[], reply: unknown, now: Date): string {
  const asked = requestedActions(reply);
  const waits = [...openTimers(events, asked, now), ...openCalls(events), ...openEvents(events, asked)];
  if (isSuspended(events)) waits.push("being resumed (client.resume)");
  return waits.length === 0 ? "nothing that is known" : waits.join(", ");
}

function isSuspended(events: readonly HistoryEvent[]): boolean {
  const isChange = ({ EventType: type }: HistoryEvent) =>
    type === EventType.ExecutionSuspended || type === EventType.ExecutionResumed;
  return events.findLast(isChange)?.EventType === EventType.ExecutionSuspended;
}

function openTimers(events: readonly HistoryEvent[], asked: readonly TaskAction[], now: Date): string[] {
  const fired = new Set(events.flatMap((it) => (it.EventType === EventType.TimerFired ? [it.TimerId] : [])));
  return events.flatMap((it) => {
    if (it.EventType !== EventType.TimerCreated || fired.has(it.EventId)) return [];
    const timer = findRequestedTimer(it, asked);
    if (timer?.isCanceled === true) return [];
    const leftMs = Date.parse(timer?.fireAt ?? it.FireAt) - now.getTime();
    return [`a timer that fires in ${toDurationText(Math.max(0, leftMs))} (clock.advance or clock.skipTimers)`];
  });
}

function openCalls(events: readonly HistoryEvent[]): string[] {
  const ended = new Set(events.flatMap((it) => ("TaskScheduledId" in it ? [it.TaskScheduledId] : [])));
  return events.flatMap((it) => {
    if (ended.has(it.EventId)) return [];
    if (it.EventType === EventType.TaskScheduled) return [`the activity "${it.Name}"`];
    if (it.EventType === EventType.SubOrchestrationInstanceCreated) {
      return [`the sub-orchestration "${it.Name}" (instance "${it.InstanceId}")`];
    }
    return [];
  });
}

function openEvents(events: readonly HistoryEvent[], asked: readonly TaskAction[]): string[] {
  const counts = new Map<string, number>();
  for (const it of asked) if (it.kind === "external-event") counts.set(it.name, (counts.get(it.name) ?? 0) + 1);
  for (const event of events) {
    if (event.EventType === EventType.EventRaised) counts.set(event.Name, (counts.get(event.Name) ?? 0) - 1);
  }
  return [...counts].flatMap(([name, open]) => (open > 0 ? [`the external event "${name}" (client.raise)`] : []));
}

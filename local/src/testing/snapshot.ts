import { EventType, type HistoryEvent, type TimerCreatedEvent } from "../engine/history/events.ts";
import type { TaskAction } from "../engine/orchestrations/replay/action.ts";
import type { HistorySnapshot, InstanceState, SnapshotStep } from "../testing-api.ts";
import { toDurationText } from "./duration.ts";
import { entityRequests, entityStep } from "./entity-steps.ts";
import { findRequestedTimer, requestedActions } from "./requested-actions.ts";
import { StableValues } from "./stable-values.ts";

/**
 * A history for comparison in a test: one step for a call and its result, in scheduling order, so that it does not
 * matter which of several parallel calls finished first. Values that differ between runs are left out.
 *
 * @param reply - The orchestrator's last reply, if known: a history contains long timers in parts, and no cancellation.
 * @param hasTimes - Whether times are the same in every run, as with a virtual clock.
 */
export function toSnapshot(
  state: InstanceState,
  events: readonly HistoryEvent[],
  { reply, hasTimes }: { reply: unknown; hasTimes: boolean },
): HistorySnapshot {
  const startedAt = Date.parse(events.find((it) => it.EventType === EventType.ExecutionStarted)?.Timestamp ?? "");
  const stable = new StableValues([state.instanceId], hasTimes ? startedAt : null);
  const toTime = (time: string) => toDurationText(Date.parse(time) - startedAt);
  const requests = entityRequests(events);
  const results = new Map(events.flatMap((it) => resultIdOf(it, requests).map((id) => [id, it] as const)));
  const fired = events.flatMap((it) => (it.EventType === EventType.TimerFired ? [Date.parse(it.FireAt)] : []));
  const writing = {
    stable,
    toTime,
    requests,
    asked: requestedActions(reply),
    fired: new Set(fired),
    parts: new Set<string>(),
  };
  const steps = events.flatMap((event) => {
    const step = toStep(event, results.get(event.EventId), writing);
    if (step === null) return [];
    if (!hasTimes) return [step];
    const endedAt = endOf(event, results.get(event.EventId));
    const at = toTime(event.Timestamp);
    return [{ at, ...step, ...(endedAt === null || toTime(endedAt) === at ? {} : { endedAt: toTime(endedAt) }) }];
  });
  return {
    name: state.name,
    status: state.status,
    input: stable.of(state.input),
    output: stable.of(state.output),
    ...(state.customStatus === null ? {} : { customStatus: stable.of(state.customStatus) }),
    steps,
  };
}

function resultIdOf(event: HistoryEvent, requests: ReadonlyMap<string, number>): number[] {
  const requested = event.EventType === EventType.EventRaised ? requests.get(event.Name) : undefined;
  if (requested !== undefined) return [requested];
  if ("TaskScheduledId" in event) return [event.TaskScheduledId];
  return event.EventType === EventType.TimerFired ? [event.TimerId] : [];
}

type Writing = {
  stable: StableValues;
  toTime: (time: string) => string;
  asked: readonly TaskAction[];
  /** When timers fired, in milliseconds since the epoch. */
  fired: ReadonlySet<number>;
  /** Entity calls and locks, by the name of the answering event. */
  requests: ReadonlyMap<string, number>;
  /** Timers of which a part has already been included. */
  parts: Set<string>;
};

function toStep(event: HistoryEvent, result: HistoryEvent | undefined, writing: Writing): SnapshotStep | null {
  const { stable } = writing;
  switch (event.EventType) {
    case EventType.TaskScheduled:
      return { activity: event.Name, ...inputOf(event.Input, stable, true), ...resultOf(result, stable) };
    case EventType.SubOrchestrationInstanceCreated:
      return { subOrchestration: event.Name, ...inputOf(event.Input, stable), ...resultOf(result, stable) };
    case EventType.TimerCreated:
      return timerStep(event, writing);
    case EventType.EventRaised:
      return writing.requests.has(event.Name) ? null : { event: event.Name, data: stable.ofText(event.Input) };
    case EventType.EventSent:
      return entityStep(event, result, stable);
    default:
      return null;
  }
}

function timerStep(event: TimerCreatedEvent, { toTime, asked, fired, parts }: Writing): SnapshotStep | null {
  const timer = findRequestedTimer(event, asked);
  const fireAt = timer?.fireAt ?? event.FireAt;
  // The next part starts when the previous one has fired.
  const isNextPart = parts.delete(`${toTime(event.Timestamp)} ${fireAt}`);
  if (Date.parse(event.FireAt) < Date.parse(fireAt)) parts.add(`${toTime(event.FireAt)} ${fireAt}`);
  if (isNextPart) return null;
  if (timer?.isCanceled === true) return { timer: toTime(fireAt), isCanceled: true };
  return { timer: toTime(fireAt), ...(fired.has(Date.parse(fireAt)) ? {} : { isOpen: true }) };
}

function inputOf(text: string | null, stable: StableValues, isList = false): Pick<SnapshotStep, "input"> {
  if (text === null) return {};
  const value = stable.ofText(text);
  if (!isList || !Array.isArray(value)) return { input: value };
  // The SDK encodes a string as JSON within JSON.
  const [only] = value;
  return only === null || only === undefined ? {} : { input: typeof only === "string" ? stable.ofText(only) : only };
}

function resultOf(result: HistoryEvent | undefined, stable: StableValues): SnapshotStep {
  switch (result?.EventType) {
    case undefined:
      return { isOpen: true };
    case EventType.TaskCompleted:
    case EventType.SubOrchestrationInstanceCompleted:
      return { result: stable.ofText(result.Result) };
    case EventType.TaskFailed:
    case EventType.SubOrchestrationInstanceFailed:
      return { failed: String(stable.of(result.FailureDetails?.ErrorMessage ?? firstLine(result))) };
    default:
      return {};
  }
}

/** Only the first line: stacks contain file names of this machine. */
function firstLine({ Reason, Details }: { Reason: string | null; Details: string | null }): string {
  return /\nException: (.*)/.exec(`${Reason}\n${Details}`)?.[1] ?? String(Reason).split("\n", 1)[0] ?? "";
}

/** A timer's fired message is written when the timer is created. */
function endOf(event: HistoryEvent, result: HistoryEvent | undefined): string | null {
  if (result === undefined || event.EventType === EventType.TimerCreated) return null;
  return result.Timestamp;
}

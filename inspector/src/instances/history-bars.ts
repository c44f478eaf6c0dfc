import type { HistoryItem, InstanceDetail } from "../../../local/src/inspector/api.ts";
import type { Span } from "../parts/time-span.ts";
import { hasEnded } from "./ended.ts";
import { type EntityCall, entityCalls, isFailedAnswer, sentOperation } from "./entity-calls.ts";

type BarKind = "orchestration" | "activity" | "sub-orchestration" | "entity" | "timer" | "event";

/** One row of the Gantt chart. Times are milliseconds since the epoch. */
export type Bar = {
  kind: BarKind;
  label: string;
  startMs: number;
  /** Equal to `startMs` for a single moment; null: it has not ended. */
  endMs: number | null;
  /** The orchestration ended without waiting for it: `endMs` is the end of the orchestration. */
  isAbandoned: boolean;
  isFailed: boolean;
  /** The sub-orchestration that can be expanded. */
  childId: string | null;
  /** Its position in the history; null for the orchestration as a whole. */
  index: number | null;
  /** 2 and more: a retry after a failure. */
  attempt: number;
};

/** The orchestration's bar, followed by those of what it did, in order of start. */
export function toBars(
  instance: Pick<InstanceDetail, "name" | "status" | "createdAt" | "updatedAt" | "history">,
): Bar[] {
  const { history } = instance;
  const known = lookUp(history);
  const bars = history.flatMap((item, index) => toBar(item, index, known) ?? []);
  bars.sort((a, b) => a.startMs - b.startMs);
  const whole = wholeBar(instance);
  return [whole, ...numberAttempts(bars).map((it) => endWith(whole, it))];
}

function endWith({ endMs }: Bar, bar: Bar): Bar {
  if (endMs === null || bar.endMs !== null) return bar;
  return { ...bar, endMs: Math.max(endMs, bar.startMs), isAbandoned: true };
}

/** Facts about one bar that are spread over several history items. */
type Known = { fired: ReadonlySet<string>; calls: ReadonlyMap<string, EntityCall>; answered: ReadonlySet<string> };

function lookUp(history: readonly HistoryItem[]): Known {
  const calls = entityCalls(history);
  const answered = new Set<string>();
  const fired = new Set<string>();
  for (const { type, name = "", fireAt = "" } of history) {
    const call = type === "EventRaised" ? calls.get(name) : undefined;
    if (call !== undefined) answered.add(`${call.entity} ${call.sentAt}`);
    if (type === "TimerFired") fired.add(fireAt);
  }
  return { fired, calls, answered };
}

/** The bar of the orchestration itself. */
export function wholeBar({ name, status, createdAt, updatedAt, history }: Parameters<typeof toBars>[0]): Bar {
  // The history has the exact time; the row only has whole seconds.
  const first = history.find(({ type }) => type === "ExecutionStarted")?.at ?? createdAt;
  const last = history.findLast(({ type }) => type === "ExecutionCompleted" || type === "ExecutionTerminated")?.at;
  return {
    kind: "orchestration",
    label: name,
    startMs: Date.parse(first),
    endMs: hasEnded({ status }) ? Math.max(Date.parse(last ?? updatedAt), Date.parse(first)) : null,
    isAbandoned: false,
    isFailed: status === "Failed" || status === "Terminated",
    childId: null,
    index: null,
    attempt: 1,
  };
}

function toBar(item: HistoryItem, index: number, { fired, calls, answered }: Known): Bar | null {
  const atMs = Date.parse(item.at);
  const bar = { startMs: atMs, endMs: atMs, isAbandoned: false, isFailed: false, childId: null, index, attempt: 1 };
  const label = item.functionName ?? item.name ?? "";
  const call = { ...bar, label, startMs: Date.parse(item.scheduledAt ?? item.at) };
  switch (item.type) {
    case "TaskScheduled":
      return { ...bar, kind: "activity", label, endMs: null };
    case "TaskCompleted":
      return { ...call, kind: "activity" };
    case "TaskFailed":
      return { ...call, kind: "activity", isFailed: true };
    case "SubOrchestrationInstanceCreated":
      return { ...bar, kind: "sub-orchestration", label, endMs: null, childId: item.instanceId ?? null };
    case "SubOrchestrationInstanceCompleted":
      return { ...call, kind: "sub-orchestration", childId: item.instanceId ?? null };
    case "SubOrchestrationInstanceFailed":
      return { ...call, kind: "sub-orchestration", isFailed: true, childId: item.instanceId ?? null };
    case "TimerCreated":
      // The fired event's timestamp is from the timer's creation, so the due time is shown.
      return { ...bar, kind: "timer", label: "timer", endMs: fired.has(item.fireAt ?? "") ? dueMs(item, atMs) : null };
    case "EventRaised": {
      const sent = calls.get(item.name ?? "");
      if (sent === undefined) return { ...bar, kind: "event", label: label || item.type };
      const startMs = Date.parse(sent.sentAt);
      return {
        ...bar,
        kind: "entity",
        label: `${sent.entity} ${sent.operation}`,
        startMs,
        isFailed: isFailedAnswer(item),
      };
    }
    case "EventSent":
      // The answer's bar shows the whole call.
      if (answered.has(`${item.instanceId} ${item.at}`)) return null;
      return { ...bar, kind: "event", label: `${item.instanceId ?? ""} ${sentOperation(item)}`.trim() };
    case "ExecutionSuspended":
    case "ExecutionResumed":
    case "ExecutionTerminated":
    case "ExecutionRewound":
      return { ...bar, kind: "event", label: item.type.replace("Execution", "").toLowerCase() };
    default:
      return null;
  }
}

function dueMs({ fireAt = "" }: HistoryItem, atMs: number): number {
  return Math.max(Date.parse(fireAt) || atMs, atMs);
}

/** A call that starts after a failed call of the same function counts as another attempt, like a retry. */
function numberAttempts(bars: readonly Bar[]): Bar[] {
  const failed = new Map<string, Bar>();
  return bars.map((bar) => {
    if (bar.kind !== "activity" && bar.kind !== "sub-orchestration") return bar;
    const before = failed.get(bar.label);
    const isAgain = before?.endMs !== undefined && before.endMs !== null && before.endMs <= bar.startMs;
    const numbered = { ...bar, attempt: isAgain ? before.attempt + 1 : 1 };
    if (numbered.isFailed) failed.set(bar.label, numbered);
    else if (isAgain) failed.delete(bar.label);
    return numbered;
  });
}

/** The time span of all bars; those that have not ended extend to `nowMs`. */
export function wholeSpan(bars: readonly Bar[], nowMs: number): Span {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { startMs, endMs } of bars) {
    from = Math.min(from, startMs);
    to = Math.max(to, endMs ?? nowMs, startMs);
  }
  return { fromMs: from, toMs: Math.max(to, from + 1) };
}

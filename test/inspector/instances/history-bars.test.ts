import { describe, expect, test } from "vitest";
import { type Bar, toBars, wholeSpan } from "../../../inspector/src/instances/history-bars.ts";
import { ticks, zoom } from "../../../inspector/src/parts/time-span.ts";
import type { HistoryItem } from "../../../local/src/inspector/api.ts";

const T = (ms: number) => new Date(ms).toISOString();
const started: HistoryItem = { type: "ExecutionStarted", at: T(1000), functionName: "main" };

function barsOf(...history: HistoryItem[]): Bar[] {
  return toBars({
    name: "main",
    status: "Running",
    createdAt: T(0),
    updatedAt: T(0),
    history: [started, ...history],
  }).slice(1);
}

describe("the bars of a history", () => {
  test("start with the orchestration, from its start to its end", () => {
    const history = [started, { type: "ExecutionCompleted", at: T(5500), status: "Completed" }];
    const [whole] = toBars({ name: "main", status: "Completed", createdAt: T(1000), updatedAt: T(5000), history });
    expect(whole).toMatchObject({ kind: "orchestration", label: "main", startMs: 1000, endMs: 5500, isFailed: false });
  });

  test("show an activity from its call to its result, or without an end if there is no result", () => {
    const bars = barsOf(
      { type: "TaskCompleted", at: T(1500), scheduledAt: T(1100), functionName: "a" },
      { type: "TaskScheduled", at: T(1600), functionName: "b" },
    );
    expect(bars).toMatchObject([
      { kind: "activity", label: "a", startMs: 1100, endMs: 1500, index: 1 },
      { kind: "activity", label: "b", startMs: 1600, endMs: null, index: 2 },
    ]);
  });

  test("show work that was not awaited as ending with the orchestration", () => {
    const history: HistoryItem[] = [
      started,
      { type: "TimerCreated", at: T(1100), fireAt: T(99_000) },
      { type: "TaskCompleted", at: T(1400), scheduledAt: T(1200), functionName: "quick" },
      { type: "ExecutionCompleted", at: T(1500), status: "Completed" },
    ];
    const bars = toBars({ name: "main", status: "Completed", createdAt: T(1000), updatedAt: T(1000), history });
    expect(bars.map(({ kind, endMs, isAbandoned }) => [kind, endMs, isAbandoned])).toEqual([
      ["orchestration", 1500, false],
      ["timer", 1500, true],
      ["activity", 1400, false],
    ]);
    expect(wholeSpan(bars, 50_000)).toEqual({ fromMs: 1000, toMs: 1500 });
  });

  test("are sorted by their start", () => {
    const bars = barsOf(
      { type: "TaskCompleted", at: T(1500), scheduledAt: T(1200), functionName: "second" },
      { type: "TaskCompleted", at: T(1900), scheduledAt: T(1100), functionName: "first" },
    );
    expect(bars.map(({ label }) => label)).toEqual(["first", "second"]);
  });

  test("show a timer until it was due, although its fired event has the creation time", () => {
    const bars = barsOf(
      { type: "TimerCreated", at: T(1100), fireAt: T(1400) },
      { type: "TimerFired", at: T(1100), fireAt: T(1400) },
      { type: "TimerCreated", at: T(1500), fireAt: T(9000) },
    );
    expect(bars.map(({ kind, endMs }) => [kind, endMs])).toEqual([
      ["timer", 1400],
      ["timer", null],
    ]);
  });

  test("count a call after a failed one of the same function as another attempt, but not a parallel one", () => {
    const failed = (from: number, to: number): HistoryItem => ({
      type: "TaskFailed",
      at: T(to),
      scheduledAt: T(from),
      functionName: "flaky",
    });
    const bars = barsOf(failed(1100, 1200), failed(1150, 1160), failed(1300, 1400), {
      type: "TaskCompleted",
      at: T(1600),
      scheduledAt: T(1500),
      functionName: "flaky",
    });
    expect(bars.map(({ attempt }) => attempt)).toEqual([1, 1, 2, 3]);
  });

  test("allow a sub-orchestration to be opened, even if it failed", () => {
    const bars = barsOf(
      {
        type: "SubOrchestrationInstanceFailed",
        at: T(1500),
        scheduledAt: T(1100),
        functionName: "child",
        instanceId: "c1",
      },
      { type: "EventRaised", at: T(1700), name: "Approval" },
      { type: "SomethingNew", at: T(1800) },
    );
    expect(bars).toMatchObject([
      { kind: "sub-orchestration", childId: "c1", isFailed: true },
      { kind: "event", label: "Approval", startMs: 1700, endMs: 1700 },
    ]);
  });
});

describe("the visible time span", () => {
  test("is the whole history by default, up to now for unfinished work", () => {
    const bars = barsOf({ type: "TaskScheduled", at: T(1600), functionName: "b" });
    expect(wholeSpan(bars, 4000)).toEqual({ fromMs: 1600, toMs: 4000 });
    expect(wholeSpan(bars, 0)).toEqual({ fromMs: 1600, toMs: 1601 });
  });

  test("is zoomed at the pointer, down to a millisecond", () => {
    expect(zoom({ fromMs: 0, toMs: 100 }, 0.5, 0.25)).toEqual({ fromMs: 12.5, toMs: 62.5 });
    const { fromMs, toMs } = zoom({ fromMs: 0, toMs: 1 }, 0.001, 0.5);
    expect(toMs - fromMs).toBe(1);
  });

  test.each([
    [{ fromMs: 1000, toMs: 1374 }, [1000, 1100, 1200, 1300]],
    [{ fromMs: 1000, toMs: 1000 + 3 * 86_400_000 }, [0, 1, 2, 3].map((day) => 1000 + day * 86_400_000)],
    [{ fromMs: 1050, toMs: 1060 }, [1050, 1052, 1054, 1056, 1058, 1060]],
  ])("of %j has the ticks %j", (span, expected) => {
    expect(ticks(span, 1000, 6)).toEqual(expected);
  });
});

// A rewound instance repeats only what failed.

import { expect, test } from "vitest";
import { EventType, type HistoryEvent } from "../../../local/src/engine/history/events.ts";
import { planRewind } from "../../../local/src/engine/rewind-instance.ts";
import { EngineHub } from "../../helpers/engine-hub.ts";
import { type SdkApp, SdkInvoker } from "../../helpers/sdk-orchestrator.ts";

function open(orchestrators: SdkApp["orchestrators"], failures: Record<string, number>) {
  const runs: Record<string, number> = {};
  const work = (input: unknown) => {
    const name = String(input);
    runs[name] = (runs[name] ?? 0) + 1;
    if ((runs[name] ?? 0) <= (failures[name] ?? 0)) throw new Error(`${name} failed`);
    return name;
  };
  const hub = new EngineHub(new SdkInvoker({ orchestrators, activities: { work } }));
  return { hub, runs };
}

const tree: SdkApp["orchestrators"] = {
  *Parent(context) {
    const first: unknown = yield context.df.callActivity("work", "before");
    const children: unknown[] = yield context.df.Task.all(
      ["a", "b", "c"].map((name) => context.df.callSubOrchestrator("Child", name, `child-${name}`)),
    );
    return [first, ...children];
  },
  *Child(context) {
    const name = context.df.getInput();
    const parts = [1, 2].map((n) => context.df.callActivity("work", `${name}${n}`));
    return yield context.df.Task.all(parts);
  },
};

test("completed siblings keep their results, at every depth", async () => {
  const { hub, runs } = open(tree, { a2: 1, c1: 1 });
  hub.start("Parent");
  await hub.run();
  expect(hub.ending()?.status).toBe("Failed");
  hub.rewind("abc");
  await hub.run();
  expect(hub.ending()).toEqual({
    status: "Completed",
    result: ["before", ["a1", "a2"], ["b1", "b2"], ["c1", "c2"]],
  });
  expect(runs).toEqual({ before: 1, a1: 1, a2: 2, b1: 1, b2: 1, c1: 2, c2: 1 });
  expect(hub.instances.get("abc")?.status.runtimeStatus).toBe("Completed");
});

test("a rewound instance that fails again can be rewound again", async () => {
  const { hub, runs } = open(tree, { b1: 2 });
  hub.start("Parent");
  await hub.run();
  for (const expected of ["Failed", "Completed"]) {
    hub.rewind("abc");
    await hub.run();
    expect(hub.ending()?.status).toBe(expected);
  }
  expect(runs["b1"]).toBe(3);
  expect(runs["before"]).toBe(1);
});

test("an orchestrator's own error disappears if its code no longer throws", async () => {
  let isBroken = true;
  const { hub, runs } = open(
    {
      *Throws(context) {
        const done: unknown = yield context.df.callActivity("work", "once");
        if (isBroken) throw new Error("a mistake");
        return done;
      },
    },
    {},
  );
  hub.start("Throws");
  await hub.run();
  expect(hub.ending()?.status).toBe("Failed");
  isBroken = false;
  hub.rewind("abc");
  await hub.run();
  expect(hub.ending()).toEqual({ status: "Completed", result: "once" });
  expect(runs).toEqual({ once: 1 });
});

test("rewound rows keep their position", async () => {
  const { hub } = open(tree, { a2: 9 });
  hub.start("Child", "a");
  await hub.run();
  const before = hub.eventNames();
  hub.rewind("abc");
  await hub.run();
  const after = hub.eventNames();
  const changed = before.map((name, index) => (after[index] === name ? null : `${name} → ${after[index]}`));
  expect(changed.filter((it) => it !== null)).toEqual([
    "TaskScheduled → GenericEvent",
    "TaskFailed → GenericEvent",
    "ExecutionCompleted → GenericEvent",
  ]);
});

test("a rewind that was interrupted after the parent's history still finds its children", () => {
  const base = { IsPlayed: true, Timestamp: "2026-01-01T00:00:00.0000000Z" };
  const created = { EventType: EventType.SubOrchestrationInstanceCreated, ...base, EventId: 0 };
  const child = { ...created, InstanceId: "child", Name: "Child", Version: null, Input: null } as never as HistoryEvent;
  const taken = { EventType: EventType.GenericEvent, ...base, EventId: -1, Data: null } as HistoryEvent;
  expect(planRewind([child, taken])).toEqual({ rows: [], children: ["child"] });
});

test("a plan changes the rows of what failed, with their causes, and no others", () => {
  const base = { EventId: -1, IsPlayed: false, Timestamp: "2026-06-24T14:00:00Z" };
  const child = (EventId: number, InstanceId: string) =>
    ({ ...base, EventType: EventType.SubOrchestrationInstanceCreated, EventId, InstanceId }) as HistoryEvent;
  const after = (type: number, TaskScheduledId: number) =>
    ({ ...base, EventType: type, TaskScheduledId }) as HistoryEvent;
  const events = [
    { ...base, EventType: EventType.ExecutionStarted } as HistoryEvent,
    { ...base, EventType: EventType.TaskScheduled, EventId: 0 } as HistoryEvent,
    { ...base, EventType: EventType.TaskScheduled, EventId: 1 } as HistoryEvent,
    child(2, "done"),
    child(3, "failed"),
    child(4, "open"),
    after(EventType.TaskCompleted, 0),
    after(EventType.TaskFailed, 1),
    after(EventType.TaskFailed, 9),
    after(EventType.SubOrchestrationInstanceCompleted, 2),
    after(EventType.SubOrchestrationInstanceFailed, 3),
    after(EventType.SubOrchestrationInstanceFailed, 8),
  ];
  const rows = [
    { index: 2, was: "TaskScheduled", isTakenOut: true },
    { index: 7, was: "TaskFailed", isTakenOut: true },
    { index: 8, was: "TaskFailed", isTakenOut: true },
    { index: 4, was: "SubOrchestrationInstanceCreated", isTakenOut: false },
    { index: 10, was: "SubOrchestrationInstanceFailed", isTakenOut: true },
    { index: 11, was: "SubOrchestrationInstanceFailed", isTakenOut: true },
  ];
  // An interrupted rewind has taken the end out: children without an answer were still to be woken.
  expect(planRewind(events)).toEqual({ rows, children: ["failed", "open"] });
  const end = { ...base, EventType: EventType.ExecutionCompleted } as HistoryEvent;
  expect(planRewind([...events, end])).toEqual({
    rows: [...rows, { index: 12, was: "ExecutionCompleted", isTakenOut: true }],
    children: ["failed"],
  });
});

test("an instance without a history is not changed", async () => {
  const { hub } = open(tree, {});
  hub.rewind("nobody");
  await hub.run();
  expect(hub.instances.has("nobody")).toBe(false);
});

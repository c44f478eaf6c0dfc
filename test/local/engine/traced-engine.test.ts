// The spans of what an engine does, from a client's request to its consequences.

import * as df from "durable-functions";
import { expect, test } from "vitest";
import { EventType, type HistoryEvent, type TraceContext } from "../../../local/src/engine/history/events.ts";
import type { Span } from "../../../local/src/telemetry/span.ts";
import { createTracer } from "../../../local/src/telemetry/tracer.ts";
import { historyEvents } from "../../helpers/history-events.ts";
import { toInstance } from "../../helpers/outgoing-message.ts";
import { type SdkApp, SdkInvoker } from "../../helpers/sdk-orchestrator.ts";
import { VirtualWorld } from "../../helpers/virtual-world.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const CALLER = "b7ad6b7169203331";
const traceContext: TraceContext = {
  TraceParent: `00-${TRACE}-${CALLER}-01`,
  TraceState: "vendor=a",
  Id: null,
  SpanId: null,
  ActivityStartTime: null,
};

const ENTITY = new df.EntityId("Counter", "a");

const app: SdkApp = {
  orchestrators: {
    *Calls(context) {
      yield context.df.callActivity("Say", "1");
      yield context.df.callSubOrchestrator("Child", undefined, "child");
      yield context.df.callEntity(ENTITY, "add", 1);
      context.df.signalEntity(ENTITY, "add", 1);
      yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 60_000));
    },
    *Child(context) {
      yield context.df.createTimer(context.df.currentUtcDateTime);
    },
    *FailingCalls(context) {
      for (const call of [
        () => context.df.callActivity("Fail", "1"),
        () => context.df.callSubOrchestrator("FailingChild", undefined, "child"),
        () => context.df.callEntity(ENTITY, "fail"),
      ]) {
        try {
          yield call();
        } catch {
          // Only its span matters.
        }
      }
    },
    *FailingChild(context) {
      yield context.df.createTimer(context.df.currentUtcDateTime);
      throw new Error("no luck");
    },
    *Again(context) {
      yield context.df.callActivity("Say", "1");
      if (context.df.getInput() === 0) context.df.continueAsNew(1);
    },
    *Tells(context) {
      yield context.df.callEntity(ENTITY, "tell");
    },
    *Waits(context) {
      yield context.df.waitForExternalEvent("Go");
    },
  },
  activities: {
    Say: (text) => text,
    Fail() {
      throw new Error("no luck");
    },
  },
  entities: {
    counter(context) {
      if (context.df.operationName === "fail") throw new Error("as asked");
      if (context.df.operationName === "tell") context.df.signalEntity(new df.EntityId("Counter", "told"), "add", 1);
      context.df.setState(Number(context.df.getState(() => 0)) + 1);
    },
  },
};

async function open() {
  const world = new VirtualWorld();
  const spans: Span[] = [];
  const tracer = createTracer(
    () => true,
    (span) => spans.push(span),
  );
  const { client } = await world.startEngine({ invoker: new SdkInvoker(app), tracer });
  const start = (name: string, input: unknown = null) =>
    world.during(client.start({ name, input: JSON.stringify(input), instanceId: "abc", traceContext }));
  const ended = () =>
    world.until(async () => !["Pending", "Running"].includes((await world.status("abc"))?.runtimeStatus ?? ""));
  const find = (name: string, kind: string) => spans.find((span) => span.name === name && span.kind === kind);
  return { world, client, spans, start, ended, find };
}

/** Each span with its kind and error, below its parent, in the order of their end. */
function treeOf(spans: readonly Span[], parentSpanId = CALLER, depth = 0): string[] {
  return spans
    .filter((span) => span.parentSpanId === parentSpanId)
    .flatMap(({ name, kind, status, context }) => [
      `${"  ".repeat(depth)}${name} ${kind} ${status.code}${status.code === "error" ? `: ${status.message}` : ""}`,
      ...treeOf(spans, context.spanId, depth + 1),
    ]);
}

test("each action of an orchestration has a span, with what it caused below it", async () => {
  const { spans, start, ended, find } = await open();
  await start("Calls");
  await ended();
  expect(treeOf(spans)).toEqual([
    "create_orchestration:Calls producer unset",
    "  orchestration:Calls server ok",
    "    activity:Say client unset",
    "      activity:Say server unset",
    "    orchestration:Child client unset",
    "      orchestration:Child server ok",
    "        orchestration:Child:timer internal unset",
    "    entity:counter:add client unset",
    "      entity:counter:add server ok",
    "    entity:counter:add producer unset",
    "      entity:counter:add consumer ok",
    "    orchestration:Calls:timer internal unset",
  ]);
  expect(spans.every(({ context }) => context.traceId === TRACE && context.traceState === "vendor=a")).toBe(true);
  expect(find("activity:Say", "client")?.attributes).toEqual({
    "durabletask.task.instance_id": "abc",
    "durabletask.task.name": "Say",
    "durabletask.task.task_id": 0,
    "durabletask.task.version": null,
    "durabletask.type": "activity",
  });
  expect(find("activity:Say", "server")?.attributes).toEqual({
    "durabletask.task.instance_id": "abc",
    "durabletask.task.name": "Say",
    "durabletask.task.task_id": 0,
    "durabletask.task.version": null,
    "durabletask.type": "activity",
    "faas.name": "Say",
    "faas.trigger": "activityTrigger",
  });
  expect(find("orchestration:Child", "client")?.attributes).toEqual({
    "durabletask.task.instance_id": "abc",
    "durabletask.task.name": "Child",
    "durabletask.task.version": null,
    "durabletask.type": "orchestration",
  });
  expect(find("orchestration:Calls:timer", "internal")?.attributes).toEqual({
    "durabletask.fire_at": "2026-06-24T14:01:00Z",
    "durabletask.task.instance_id": "abc",
    "durabletask.task.name": "Calls",
    "durabletask.task.task_id": 4,
    "durabletask.task.version": null,
    "durabletask.type": "timer",
  });
  expect(find("entity:counter:add", "client")?.attributes).toEqual({
    "durabletask.event.target_instance_id": "@counter@a",
    "durabletask.task.instance_id": undefined,
    "durabletask.task.operation": "call_entity",
    "durabletask.task.scheduled_time": null,
    "durabletask.type": "entity",
  });
  expect(find("entity:counter:add", "server")?.attributes).toEqual({
    "durabletask.entity.error_message": null,
    "durabletask.task.instance_id": "@counter@a",
    "durabletask.task.operation": "call_entity",
    "durabletask.type": "entity",
    "faas.name": "counter",
    "faas.trigger": "entityTrigger",
  });
  const timer = find("orchestration:Calls:timer", "internal");
  expect((timer?.endMs ?? 0) - (timer?.startMs ?? 0)).toBe(60_000);
});

test("a failure is an error of the action and of its call", async () => {
  const { spans, start, ended } = await open();
  await start("FailingCalls");
  await ended();
  expect(treeOf(spans)).toEqual([
    "create_orchestration:FailingCalls producer unset",
    "  orchestration:FailingCalls server ok",
    "    activity:Fail client error: Activity function 'Fail' failed:  no luck",
    "      activity:Fail server error: Activity function 'Fail' failed:  no luck",
    "    orchestration:FailingChild client error: Orchestrator function 'FailingChild' failed: no luck",
    "      orchestration:FailingChild server error: Orchestrator function 'FailingChild' failed: no luck",
    "        orchestration:FailingChild:timer internal unset",
    "    entity:counter:fail client error: {}",
    "      entity:counter:fail server error: {}",
  ]);
});

test("each generation of an orchestration has a span below the same parent", async () => {
  const { spans, start, ended } = await open();
  await start("Again", 0);
  await ended();
  expect(treeOf(spans)).toEqual([
    "create_orchestration:Again producer unset",
    "  orchestration:Again server ok",
    "    activity:Say client unset",
    "      activity:Say server unset",
    "  orchestration:Again server ok",
    "    activity:Say client unset",
    "      activity:Say server unset",
  ]);
  const statuses = spans.map(({ attributes }) => attributes["durabletask.task.status"]).filter(Boolean);
  expect(statuses).toEqual(["ContinuedAsNew", "Completed"]);
});

test("the span of an orchestration that was terminated says so", async () => {
  const { world, client, spans, start, ended, find } = await open();
  await start("Waits");
  await world.during(client.terminate("abc", "enough"));
  await ended();
  expect(treeOf(spans)).toEqual([
    "create_orchestration:Waits producer unset",
    "  orchestration:Waits server error: Terminated",
  ]);
  expect(find("orchestration:Waits", "server")?.attributes["durabletask.task.status"]).toBe("Terminated");
});

test("a signal that an entity sends has a span below the operation that sent it", async () => {
  const { spans, start, ended, find } = await open();
  await start("Tells");
  await ended();
  const [, ...tree] = treeOf(spans);
  expect(tree).toEqual([
    "  orchestration:Tells server ok",
    "    entity:counter:tell client unset",
    "      entity:counter:tell server ok",
    "        entity:counter:add producer unset",
    "          entity:counter:add consumer ok",
  ]);
  const signal = find("entity:counter:add", "producer");
  expect(signal?.startMs).toBeGreaterThan(0);
  expect(signal?.endMs).toBe(signal?.startMs);
  expect(signal?.attributes).toMatchObject({
    "durabletask.event.target_instance_id": "@counter@told",
    "durabletask.task.instance_id": "@counter@a",
    "durabletask.task.operation": "signal_entity",
  });
});

test("the requests of a client have spans, of which the first in a trace has no parent", async () => {
  const { world, client, spans, start, find } = await open();
  await start("Waits");
  await world.during(client.raiseEvent("abc", "Other", "1", traceContext));
  await world.during(client.start({ name: "Waits", input: null, instanceId: "untraced" }));
  const created = find("create_orchestration:Waits", "producer");
  expect(created?.attributes).toMatchObject({
    "durabletask.type": "orchestration",
    "durabletask.task.name": "Waits",
    "durabletask.task.instance_id": "abc",
    "durabletask.task.execution_id": expect.stringMatching(/^[0-9a-f]{32}$/),
  });
  expect(find("orchestration_event:Other", "producer")).toMatchObject({
    parentSpanId: CALLER,
    status: { code: "unset" },
    attributes: {
      "durabletask.type": "event",
      "durabletask.task.name": "Other",
      "durabletask.event.target_instance_id": "abc",
    },
  });
  const [untraced] = spans.filter(({ context }) => context.traceId !== TRACE);
  expect(untraced).toMatchObject({ name: "create_orchestration:Waits", parentSpanId: null });
});

test("a request of a client that fails is an error with its reason", async () => {
  const { world, client, find, spans } = await open();
  world.storage.abandon();
  await expect(client.raiseEvent("abc", "Go", "1", traceContext)).rejects.toThrow("abandoned");
  expect(find("orchestration_event:Go", "producer")?.status).toEqual({
    code: "error",
    message: expect.stringContaining("abandoned"),
  });
  expect(spans).toHaveLength(1);
});

test("an activity scheduled by a host that does not trace runs without a span", async () => {
  const { world, spans } = await open();
  const event = { ...historyEvents.taskScheduled(0), Name: "Say", Input: '["1"]' } as HistoryEvent;
  const { delivery } = await world.openDelivery();
  (await delivery.prepare("abc", { route: "work-items", message: toInstance("abc", event) })).deliver();
  await world.until(() =>
    world.messages().some(({ text }) => JSON.parse(text).TaskMessage.Event.EventType === EventType.TaskCompleted),
  );
  expect(spans).toEqual([]);
});

// Trace contexts in messages and histories, without a worker and a host; the properties are those that DurableTask.Core writes.

import { expect, test } from "vitest";
import type { HistoryEvent, TraceContext } from "../../../../local/src/engine/history/events.ts";
import { encodeMessage } from "../../../../local/src/engine/messages/message-codec.ts";
import type { TaskMessage } from "../../../../local/src/engine/messages/message-data.ts";
import { runEpisode } from "../../../../local/src/engine/orchestrations/run-episode.ts";
import type { FunctionInvoker, OrchestratorCall } from "../../../../local/src/engine/ports.ts";
import { createTracer } from "../../../../local/src/telemetry/tracer.ts";
import { episodeDeps, startEvent } from "../../../helpers/episodes.ts";
import { FakeClock } from "../../../helpers/fake-clock.ts";

const SELF = { InstanceId: "abc", ExecutionId: "0f9e8d7c6b5a49382716f5e4d3c2b1a0" };
const TRACE = "0af7651916cd43dd8448eb211c80319c";
/** As in a client's start message. */
const START_TRACE: TraceContext = {
  TraceParent: `00-${TRACE}-b7ad6b7169203331-01`,
  TraceState: "vendor=a",
  Id: null,
  SpanId: null,
  ActivityStartTime: null,
};
const ACTIONS = [
  { actionType: 9, instanceId: "@counter@a", operation: "add", input: "2" },
  {
    actionType: 12,
    compoundActions: [
      { actionType: 0, functionName: "SayHello", input: '"Tokyo"' },
      { actionType: 2, functionName: "Child", instanceId: "child" },
      { actionType: 7, instanceId: "@counter@a", operation: "add", input: "1" },
    ],
  },
];

const tracer = createTracer(
  (_, parent) => parent?.isSampled ?? true,
  () => {},
);
const calls: OrchestratorCall[] = [];
const invoker = (isDone: boolean): FunctionInvoker => ({
  durableFunctions: () => [
    { name: "Hello", kind: "orchestrator", isDisabled: false },
    { name: "counter", kind: "entity", isDisabled: false },
  ],
  async invokeOrchestrator(call) {
    calls.push(call);
    return { kind: "returned", value: { isDone, output: 1, actions: [isDone ? [] : ACTIONS], schemaVersion: 2 } };
  },
  invokeActivity: () => Promise.reject(new Error("No activity is called in an episode.")),
  invokeEntity: () => Promise.reject(new Error("No entity is called in an orchestration's episode.")),
});

const message = (Event: HistoryEvent): TaskMessage => ({
  Event,
  SequenceNumber: 0,
  OrchestrationInstance: SELF,
  OrchestrationExecutionContext: null,
});

type Given = { history?: HistoryEvent[]; events: HistoryEvent[]; isTraced?: boolean; isDone?: boolean; at?: string };

async function episode({
  history = [],
  events,
  isTraced = true,
  isDone = false,
  at = "2024-10-23T16:00:00.250Z",
}: Given) {
  const deps = { ...episodeDeps(invoker(isDone)), clock: new FakeClock(at), ...(isTraced ? { tracer } : {}) };
  const result = await runEpisode({ instanceId: "abc", history, messages: events.map(message) }, deps);
  if (result.kind !== "advanced") throw new Error(result.reason);
  return result;
}

const start = (trace: TraceContext | null = START_TRACE) => ({
  ...startEvent("Hello", null, SELF, new FakeClock("2024-10-23T16:00:00.123Z")),
  ParentTraceContext: trace,
});
const traceOf = (event: HistoryEvent | undefined) =>
  (event as { ParentTraceContext?: TraceContext })?.ParentTraceContext;
const ofType = (events: readonly HistoryEvent[], type: number) => events.find((it) => it.EventType === type);

test("the first episode stores the span of the execution with its start, as DurableTask.Core does", async () => {
  const { events } = await episode({ events: [start()] });
  expect(traceOf(ofType(events, 0))).toEqual({
    TraceParent: START_TRACE.TraceParent,
    TraceState: "vendor=a",
    Id: `00-${TRACE}-6d208c741437662b-01`,
    SpanId: "6d208c741437662b",
    ActivityStartTime: "2024-10-23T16:00:00.2500001+00:00",
  });
  const span = { traceId: TRACE, spanId: "6d208c741437662b", isSampled: true, traceState: "vendor=a" };
  expect(calls.at(-1)?.span).toEqual(span);
});

test("a work item carries the span of the call on the wire, and the history keeps it", async () => {
  const { events, outgoing } = await episode({ events: [start()] });
  const workItem = outgoing.find(({ route }) => route === "work-items");
  if (workItem === undefined) throw new Error("Nothing was sent.");
  const { taskMessage: TaskMessage, sender: Sender, episode: Episode = 0 } = workItem.message;
  const activityId = "00000000-0000-0000-0000-000000000000";
  const text = encodeMessage({ ActivityId: activityId, TaskMessage, SequenceNumber: 13, Episode, Sender });
  const { TraceParent } = traceOf(ofType(events, 4)) as TraceContext;
  expect(TraceParent).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
  expect(text).toContain(
    '"ParentTraceContext":{"$type":"DurableTask.Core.Tracing.DistributedTraceContext",' +
      `"TraceParent":"${TraceParent}","TraceState":"vendor=a","Id":null,"SpanId":null,"ActivityStartTime":null},"Tags":null`,
  );
});

test("the start of a child carries the span recorded in its creation event", async () => {
  const { events, outgoing } = await episode({ events: [start()] });
  const { ClientSpanId } = ofType(events, 7) as { ClientSpanId?: string };
  const child = outgoing.map((it) => it.message.taskMessage.Event).find((it) => it.EventType === 0);
  expect(traceOf(child)).toEqual({ ...START_TRACE, TraceParent: `00-${TRACE}-${ClientSpanId}-01` });
});

test("requests to entities carry their spans after the properties that the extension reads", async () => {
  const { outgoing } = await episode({ events: [start()] });
  const inputs = outgoing.flatMap(({ message: { taskMessage } }) =>
    taskMessage.Event.EventType === 15 ? [JSON.parse(taskMessage.Event.Input ?? "")] : [],
  );
  const contexts = inputs.map((input) => input.parentTraceContext);
  expect(contexts).toEqual([
    { TraceParent: expect.stringMatching(`^00-${TRACE}-`), TraceState: "vendor=a" },
    { TraceParent: expect.stringMatching(`^00-${TRACE}-`), TraceState: "vendor=a" },
  ]);
  expect(contexts[0]).not.toEqual(contexts[1]);
  expect(Object.keys(inputs[0]).at(-1)).toBe("parentTraceContext");
});

test("a repeated episode, later and on another host, produces the same spans", async () => {
  const first = await episode({ events: [start()] });
  const second = await episode({ events: [start()], at: "2024-10-23T17:00:00.000Z" });
  const contexts = ({ outgoing }: typeof first) => outgoing.map((it) => traceOf(it.message.taskMessage.Event));
  expect(contexts(second)).toEqual(contexts(first));
  expect(traceOf(ofType(second.events, 0))?.SpanId).toBe(traceOf(ofType(first.events, 0))?.SpanId);
});

test("an execution started by another host keeps the span from its history", async () => {
  const trace = { ...START_TRACE, Id: `00-${TRACE}-00f067aa0ba902b7-01`, SpanId: "00f067aa0ba902b7" };
  const began = { ...trace, ActivityStartTime: "2024-10-23T15:59:59.5+00:00" };
  const raised = {
    EventType: 15,
    EventId: -1,
    IsPlayed: false,
    Name: "Go",
    Input: "1",
    ParentTraceContext: null,
  } as const;
  const history = [
    start(began),
    { EventType: 13, EventId: -1, IsPlayed: false, Timestamp: "2024-10-23T16:00:00Z" } as const,
  ];
  const { spans } = await episode({
    history,
    events: [{ ...raised, Timestamp: "2024-10-23T16:00:01Z" }],
    isDone: true,
    at: "2024-10-23T16:00:01.000Z",
  });
  expect(spans?.at(-1)).toMatchObject({
    name: "orchestration:Hello",
    context: { traceId: TRACE, spanId: "00f067aa0ba902b7" },
    parentSpanId: "b7ad6b7169203331",
    startMs: Date.parse("2024-10-23T15:59:59.500Z"),
    endMs: Date.parse("2024-10-23T16:00:01.000Z"),
    status: { code: "ok" },
  });
});

test("an unsampled trace is propagated as unsampled", async () => {
  const trace = { ...START_TRACE, TraceParent: START_TRACE.TraceParent.replace(/01$/, "00") };
  const { outgoing } = await episode({ events: [start(trace)] });
  const child = outgoing.map((it) => it.message.taskMessage.Event).find((it) => it.EventType === 0);
  expect(traceOf(child)?.TraceParent).toMatch(/-00$/);
});

test("an execution whose start has no trace context is not traced", async () => {
  const { events, outgoing, spans } = await episode({ events: [start(null)] });
  expect(events.map(traceOf).filter(Boolean)).toEqual([]);
  expect(JSON.stringify(outgoing)).not.toContain(TRACE);
  expect(spans).toBeUndefined();
});

test("without telemetry the trace context of the start is propagated unchanged, and nothing is added", async () => {
  const { events, outgoing, spans } = await episode({ events: [start()], isTraced: false });
  expect(spans).toBeUndefined();
  expect([ofType(events, 0), ofType(events, 4)].map(traceOf)).toEqual([START_TRACE, START_TRACE]);
  expect(ofType(events, 7)).toMatchObject({ ClientSpanId: null });
  const child = outgoing.map((it) => it.message.taskMessage.Event).find((it) => it.EventType === 0);
  expect(traceOf(child)).toEqual(START_TRACE);
  expect(JSON.stringify(outgoing)).not.toContain("parentTraceContext");
  expect(calls.at(-1)).not.toHaveProperty("span");
});

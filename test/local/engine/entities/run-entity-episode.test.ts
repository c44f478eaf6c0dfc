import { expect, test } from "vitest";
import { runEntityEpisode } from "../../../../local/src/engine/entities/run-entity-episode.ts";
import { EventType, type HistoryEvent } from "../../../../local/src/engine/history/events.ts";
import { requestText, UNSTAMPED } from "../../../../local/src/engine/messages/entity-messages.ts";
import type { DurableFunction, EntityCall, InvocationReply } from "../../../../local/src/engine/ports.ts";
import { createTracer } from "../../../../local/src/telemetry/tracer.ts";
import { episodeDeps } from "../../../helpers/episodes.ts";
import { historyEvents } from "../../../helpers/history-events.ts";

const COUNTER: DurableFunction = { name: "Counter", kind: "entity", isDisabled: false };
const DONE: InvocationReply = {
  kind: "returned",
  value: { entityExists: true, entityState: "1", results: [{ result: "1", isError: false }], signals: [] },
};
const TRACE = "0af7651916cd43dd8448eb211c80319c";

async function episode(
  events: HistoryEvent[],
  { reply = DONE, functions = [COUNTER], isTraced = true } = {} as {
    reply?: InvocationReply;
    functions?: DurableFunction[];
    isTraced?: boolean;
  },
) {
  const calls: EntityCall[] = [];
  const invoker = {
    durableFunctions: () => functions,
    async invokeEntity(call: EntityCall) {
      calls.push(call);
      return reply;
    },
    invokeOrchestrator: () => Promise.reject(new Error("No orchestrator is called.")),
    invokeActivity: () => Promise.reject(new Error("No activity is called.")),
  };
  const tracer = createTracer(
    () => true,
    () => {},
  );
  const deps = { ...episodeDeps(invoker), ...(isTraced ? { tracer } : {}) };
  const OrchestrationInstance = { InstanceId: "@counter@a", ExecutionId: null };
  const messages = events.map((Event) => ({
    Event,
    SequenceNumber: 0,
    OrchestrationInstance,
    OrchestrationExecutionContext: null,
  }));
  const input = { instanceId: "@counter@a", history: [], messages };
  const result = await runEntityEpisode({ name: "counter", key: "a" }, input, deps);
  return { result, calls };
}

function operation(more: object = {}): HistoryEvent {
  const stamps = { due: null, timestamp: UNSTAMPED, predecessor: UNSTAMPED, lockSet: null, position: 0 };
  const request = { operation: "add", isSignal: false, input: "1", id: "1", parent: "abc", parentExecution: "e1" };
  const base = { EventType: EventType.EventRaised, EventId: -1, IsPlayed: false, ParentTraceContext: null } as const;
  const Input = requestText({ ...request, ...stamps, ...more }, { isTyped: true });
  return { ...base, Timestamp: "2026-06-24T14:00:00Z", Name: "op", Input };
}

const traced = {
  trace: {
    TraceParent: `00-${TRACE}-b7ad6b7169203331-01`,
    TraceState: null,
    Id: null,
    SpanId: null,
    ActivityStartTime: null,
  },
};

test("a batch becomes a new generation that has started and is idle", async () => {
  const { result } = await episode([operation()]);
  if (result.kind !== "advanced") throw new Error(result.reason);
  const { executionId, events, newEventCount, isNewGeneration, customStatus } = result;
  expect(events.map((it) => it.EventType)).toEqual([
    EventType.OrchestratorStarted,
    EventType.ExecutionStarted,
    EventType.OrchestratorCompleted,
  ]);
  expect(events[1]).toMatchObject({
    OrchestrationInstance: { InstanceId: "@counter@a", ExecutionId: executionId },
    ParentInstance: null,
    Name: "@counter@a",
    Version: "",
    Input: '{"exists":true,"state":"1","sorter":{}}',
    Generation: null,
    GenerateNewTrace: false,
    IsPlayed: true,
  });
  expect({ newEventCount, isNewGeneration, customStatus }).toEqual({
    newEventCount: 3,
    isNewGeneration: true,
    customStatus: '{"entityExists":true}',
  });
});

test("an entity cannot be terminated: such a message is discarded, or ignored beside operations", async () => {
  const termination = historyEvents.executionTerminated("enough");
  expect((await episode([termination])).result).toMatchObject({ kind: "discarded" });
  const { result, calls } = await episode([termination, operation()]);
  expect(result).toMatchObject({ kind: "advanced" });
  expect(calls).toHaveLength(1);
});

test("signals of the function are sent in order, and only callers are answered", async () => {
  const signals = [1, 2].map((n) => ({ target: { name: "Other", key: "b" }, name: "add", input: String(n) }));
  const value = { entityExists: true, entityState: "1", results: [{ result: "1" }], signals };
  // A client asks for no answer.
  const { result } = await episode([operation({ parent: null, parentExecution: null })], {
    reply: { kind: "returned", value },
  });
  if (result.kind !== "advanced") throw new Error(result.reason);
  const sent = result.outgoing.map(({ message: { taskMessage } }) => {
    const { Name, Input } = taskMessage.Event as { Name: string; Input: string };
    return { to: taskMessage.OrchestrationInstance, Name, ...JSON.parse(Input) };
  });
  expect(sent).toHaveLength(2);
  const common = { to: { InstanceId: "@other@b", ExecutionId: null }, Name: "op", op: "add", signal: true };
  const $type = expect.stringContaining("RequestMessage");
  expect(sent[0]).toMatchObject({ ...common, $type, input: "1", parent: "@counter@a", Predecessor: UNSTAMPED });
  expect(sent[1]).toMatchObject({ ...common, $type, input: "2", Predecessor: sent[0].Timestamp });
});

test("a batch that no worker could run is tried again", async () => {
  const { result } = await episode([operation()], { reply: { kind: "unavailable", reason: "It restarts." } });
  expect(result).toEqual({ kind: "abandoned", reason: expect.any(String) });
});

test("a message without an operation does not call the function", async () => {
  const { calls, result } = await episode([{ ...operation(), Name: "continue" } as HistoryEvent]);
  expect(calls).toEqual([]);
  expect(result).toMatchObject({ kind: "advanced", outgoing: [] });
});

test.each<[string, DurableFunction[]]>([
  ["is missing", [{ ...COUNTER, name: "other" }]],
  [
    "has the name of an activity",
    [
      { ...COUNTER, kind: "activity" },
      { ...COUNTER, name: "other" },
    ],
  ],
  ["is disabled", [{ ...COUNTER, isDisabled: true }]],
])("an operation fails if the function %s", async (_, functions) => {
  const { result, calls } = await episode([operation()], { functions });
  if (result.kind !== "advanced") throw new Error(result.reason);
  expect(calls).toEqual([]);
  expect(result.outgoing).toMatchObject([
    { message: { taskMessage: { Event: { Name: "1", Input: expect.stringContaining("doesn't exist") } } } },
  ]);
});

test("the function is called in the span of its operation, if that has one", async () => {
  const { calls, result } = await episode([operation(traced)]);
  expect(calls[0]?.span).toMatchObject({ traceId: TRACE });
  expect(result).toMatchObject({ spans: [{ name: "entity:counter:add", status: { code: "ok" } }] });
  for (const it of [await episode([operation()]), await episode([operation(traced)], { isTraced: false })]) {
    expect(it.calls[0]).not.toHaveProperty("span");
    expect(it.result).not.toHaveProperty("spans");
  }
});

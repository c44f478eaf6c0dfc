// One episode at a time, without the SDK: what the worker receives, what is stored, what is sent.

import { expect, test } from "vitest";
import type { HistoryEvent } from "../../../../local/src/engine/history/events.ts";
import type { TaskMessage } from "../../../../local/src/engine/messages/message-data.ts";
import { runEpisode } from "../../../../local/src/engine/orchestrations/run-episode.ts";
import type { FunctionInvoker, InvocationReply, OrchestratorPayload } from "../../../../local/src/engine/ports.ts";
import { episodeDeps, startEvent } from "../../../helpers/episodes.ts";
import { FakeClock } from "../../../helpers/fake-clock.ts";

const EXECUTION = "0f9e8d7c6b5a49382716f5e4d3c2b1a0";
const SELF = { InstanceId: "abc", ExecutionId: EXECUTION };

/** A worker that always returns the same response, and keeps what it received. */
function workerSaying(reply: InvocationReply): FunctionInvoker & { payloads: OrchestratorPayload[] } {
  const payloads: OrchestratorPayload[] = [];
  return {
    payloads,
    durableFunctions: () => [{ name: "Hello", kind: "orchestrator", isDisabled: false }],
    async invokeOrchestrator({ payload }) {
      payloads.push(structuredClone(payload));
      return reply;
    },
    invokeActivity: () => Promise.reject(new Error("No activity is called in an episode.")),
    invokeEntity: () => Promise.reject(new Error("No entity is called in an orchestration's episode.")),
  };
}

const answer = (actions: unknown[], rest: object = {}): InvocationReply => ({
  kind: "returned",
  value: { isDone: false, actions: [actions], schemaVersion: 2, ...rest },
});

const message = (event: HistoryEvent, target: TaskMessage["OrchestrationInstance"] = SELF): TaskMessage => ({
  Event: event,
  SequenceNumber: 0,
  OrchestrationInstance: target,
  OrchestrationExecutionContext: null,
});

function episode(
  invoker: FunctionInvoker,
  {
    history = [],
    messages = [],
    settings = {},
  }: { history?: HistoryEvent[]; messages?: TaskMessage[]; settings?: object },
) {
  const clock = new FakeClock("2024-10-23T16:00:00.400Z");
  return runEpisode({ instanceId: "abc", history, messages }, { ...episodeDeps(invoker, settings), clock });
}

const start = (fields = {}) => ({
  ...startEvent("Hello", { greet: "Hi" }, SELF, new FakeClock("2024-10-23T16:00:00.123Z")),
  ...fields,
});
const callTokyo = { functionName: "SayHello", actionType: 0, input: '"Tokyo"' };

test("the first episode passes the worker a start that is not marked as played", async () => {
  const worker = workerSaying(answer([]));
  await episode(worker, { messages: [message(start())] });
  expect(worker.payloads).toEqual([
    {
      history: [{ EventType: 12, EventId: -1, IsPlayed: false, Timestamp: "2024-10-23T16:00:00.4000001Z" }, start()],
      input: { greet: "Hi" },
      instanceId: "abc",
      isReplaying: false,
      parentInstanceId: null,
      upperSchemaVersion: 1,
      upperSchemaVersionNew: 3,
      longRunningTimerIntervalDuration: "3.00:00:00",
      maximumShortTimerDuration: "6.00:00:00",
      defaultHttpAsyncRequestSleepTimeMillseconds: 30_000,
    },
  ]);
});

test("an activity call becomes an event without its input and a work item with it", async () => {
  const result = await episode(workerSaying(answer([callTokyo])), { messages: [message(start())] });
  if (result.kind !== "advanced") throw new Error(result.reason);
  const scheduled = {
    EventType: 4,
    EventId: 0,
    IsPlayed: false,
    Timestamp: "2024-10-23T16:00:00.4000002Z",
    Name: "SayHello",
    Version: "",
    ParentTraceContext: null,
    Tags: null,
  };
  expect(result.events.at(-2)).toEqual({ ...scheduled, Input: null });
  expect(result.outgoing).toEqual([
    {
      route: "work-items",
      message: {
        taskMessage: {
          Event: { ...scheduled, Input: '["\\"Tokyo\\""]' },
          SequenceNumber: 0,
          OrchestrationInstance: SELF,
          OrchestrationExecutionContext: { OrchestrationTags: {} },
        },
        sender: SELF,
        episode: 1,
      },
    },
  ]);
});

test("inputs are stored in the history if host.json says so", async () => {
  const settings = { storeInputsInOrchestrationHistory: true };
  const result = await episode(workerSaying(answer([callTokyo])), { messages: [message(start())], settings });
  expect(result).toMatchObject({ events: { 2: { Input: '["\\"Tokyo\\""]' } } });
});

test("received events are stored as played, and the engine's own events are not", async () => {
  const result = await episode(workerSaying(answer([callTokyo])), { messages: [message(start())] });
  if (result.kind !== "advanced") throw new Error(result.reason);
  expect(result.events.map((it) => [it.EventType, it.IsPlayed])).toEqual([
    [12, false],
    [0, true],
    [4, false],
    [13, false],
  ]);
  expect(result).toMatchObject({ executionId: EXECUTION, newEventCount: 4, isNewGeneration: false });
});

test("a second episode replays what was scheduled and adds only new events", async () => {
  const first = await episode(workerSaying(answer([callTokyo])), { messages: [message(start())] });
  if (first.kind !== "advanced") throw new Error(first.reason);
  const done = {
    EventType: 5,
    EventId: -1,
    IsPlayed: false,
    Timestamp: "2024-10-23T16:00:00.9Z",
    TaskScheduledId: 0,
  } as const;
  const timer = { actionType: 5, fireAt: "2024-10-23T17:00:00.000Z", isCanceled: false };
  const worker = workerSaying(answer([callTokyo, timer]));
  const result = await episode(worker, {
    history: first.events,
    messages: [message({ ...done, Result: '"Hello Tokyo"' })],
  });
  expect(worker.payloads[0]).toMatchObject({ isReplaying: true, history: { 5: { EventType: 5, IsPlayed: false } } });
  expect(result).toMatchObject({
    newEventCount: 4,
    events: { 6: { EventType: 10, EventId: 1, FireAt: "2024-10-23T17:00:00.000Z" } },
    outgoing: [
      {
        route: "own-control",
        visibleAt: "2024-10-23T17:00:00.000Z",
        message: {
          episode: 2,
          taskMessage: { Event: { EventType: 11, EventId: -1, TimerId: 1 }, OrchestrationInstance: SELF },
        },
      },
    ],
  });
});

test("the start of a child refers to its parent and goes to the child's queue", async () => {
  const call = { actionType: 2, functionName: "Child", input: "in" };
  const result = await episode(workerSaying(answer([call])), {
    messages: [message(start({ Version: "1.0", Tags: { team: "a", FireAndForget: "" } }))],
    settings: { defaultVersion: "2.0" },
  });
  if (result.kind !== "advanced") throw new Error(result.reason);
  expect(result.events[2]).toMatchObject({ EventType: 7, EventId: 0, InstanceId: `${EXECUTION}:0`, Version: "2.0" });
  expect(result.outgoing).toMatchObject([
    {
      route: "control",
      message: {
        taskMessage: {
          Event: {
            EventType: 0,
            Name: "Child",
            Input: '"in"',
            Version: "2.0",
            Tags: { team: "a" },
            Generation: null,
            ParentInstance: { Name: "Hello", TaskScheduleId: 0, Version: "1.0", OrchestrationInstance: SELF },
          },
          OrchestrationInstance: { InstanceId: `${EXECUTION}:0`, ExecutionId: expect.stringMatching(/^[0-9a-f]{32}$/) },
        },
      },
    },
  ]);
});

const PARENT = { InstanceId: "parent", ExecutionId: "feedfacefeedfacefeedfacefeedface" };
const ParentInstance = { Name: "P", OrchestrationInstance: PARENT, TaskScheduleId: 7, Version: null };
const failure = (envelope: object): InvocationReply => ({
  kind: "threw",
  message: `false\n\n$OutOfProcData$:${JSON.stringify({ isDone: false, actions: [[]], schemaVersion: 2, ...envelope })}`,
  stack: null,
});
const details = {
  ErrorType: "E",
  ErrorMessage: "m",
  StackTrace: null,
  InnerFailure: null,
  IsNonRetriable: false,
  Properties: null,
};

test.each([
  ["completed", answer([], { isDone: true, output: [1] }), { EventType: 8, Result: "[1]" }],
  ["completed without a value", answer([], { isDone: true }), { EventType: 8, Result: null }],
  [
    "failed",
    failure({ error: "boom" }),
    {
      EventType: 9,
      Reason: "Orchestrator function 'Hello' failed: boom",
      Details: "Message: boom, StackTrace: ",
      FailureDetails: null,
    },
  ],
  [
    "failed with details",
    failure({ error: "E: m", failureDetails: details }),
    { EventType: 9, FailureDetails: details },
  ],
  [
    "crashed",
    { kind: "threw", message: "Cannot load", stack: "at x" } as const,
    {
      EventType: 9,
      Reason:
        "Orchestrator function 'Hello' failed: One or more errors occurred. (Result: Failure\nException: Cannot load\nStack: at x)",
    },
  ],
])("a parent is notified that its child %s", async (_, reply, event) => {
  const result = await episode(workerSaying(reply), { messages: [message(start({ ParentInstance }))] });
  expect(result).toMatchObject({
    outgoing: [
      {
        route: "control",
        message: {
          taskMessage: { Event: { ...event, EventId: -1, TaskScheduledId: 7 }, OrchestrationInstance: PARENT },
        },
      },
    ],
  });
});

test("a fire-and-forget child ends without a notification", async () => {
  const result = await episode(workerSaying(answer([], { isDone: true })), {
    messages: [message(start({ ParentInstance, Tags: { FireAndForget: "" } }))],
  });
  expect(result).toMatchObject({ kind: "advanced", outgoing: [] });
});

test("if an error message contains several envelopes, the last one counts", async () => {
  const copied = '\n\n$OutOfProcData$:{"isDone":true,"actions":[[]],"schemaVersion":2,"error":"copied"}';
  const reply = failure({ error: "mine" });
  if (reply.kind !== "threw") throw new Error("unreachable");
  const result = await episode(workerSaying({ ...reply, message: copied + reply.message }), {
    messages: [message(start())],
  });
  expect(result).toMatchObject({ events: { 2: { Result: "Orchestrator function 'Hello' failed: mine" } } });
});

test.each([
  [{ actions: [[{ actionType: 99 }]] }, "unexpected action type from the out-of-proc function: '99'"],
  [{ actions: [[], []] }, "outer array of length 1"],
  [{ schemaVersion: 0 }, 'The OOProc schema of version "0" is unsupported'],
])("an invalid response fails the instance: %j", async (rest, text) => {
  const result = await episode(workerSaying(answer([], rest)), { messages: [message(start())] });
  expect(result).toMatchObject({
    events: { 2: { EventType: 1, OrchestrationStatus: 3, Result: expect.stringContaining(text) } },
  });
});

test("a start is processed before events that arrived earlier", async () => {
  const raised: HistoryEvent = {
    EventType: 15,
    EventId: -1,
    IsPlayed: false,
    Timestamp: "2024-10-23T16:00:00Z",
    Name: "Go",
    Input: "1",
    ParentTraceContext: null,
  };
  const worker = workerSaying(answer([]));
  await episode(worker, { messages: [message(raised, { InstanceId: "abc", ExecutionId: null }), message(start())] });
  expect(worker.payloads[0]?.history).toMatchObject([{ EventType: 12 }, { EventType: 0 }, { EventType: 15 }]);
});

test("messages for another generation and a second start are ignored", async () => {
  const first = await episode(workerSaying(answer([])), { messages: [message(start())] });
  if (first.kind !== "advanced") throw new Error(first.reason);
  const other = { InstanceId: "abc", ExecutionId: "other" };
  const result = await episode(workerSaying(answer([])), {
    history: first.events,
    messages: [message(start(), other), message(start())],
  });
  expect(result).toMatchObject({ kind: "discarded" });
});

test("the same batch leads to the same decisions", async () => {
  const run = () => episode(workerSaying(answer([callTokyo])), { messages: [message(start())] });
  expect(await run()).toEqual(await run());
});

test("the next generation is the same whenever its first episode is run, and begins with the event that caused it", async () => {
  const raised = {
    EventType: 15,
    EventId: -1,
    IsPlayed: false,
    Name: "Go",
    Input: "1",
    ParentTraceContext: null,
    Timestamp: "2024-10-23T16:00:00.2Z",
  } as const;
  const runAt = async (time: string) => {
    const replies = [
      answer(
        [
          { actionType: 6, externalEventName: "Go" },
          { actionType: 4, input: 2 },
        ],
        { isDone: true },
      ),
      answer([]),
    ];
    const worker = workerSaying(answer([]));
    worker.invokeOrchestrator = async () => replies.shift() ?? answer([]);
    const deps = { ...episodeDeps(worker), clock: new FakeClock(time) };
    const messages = [message(start()), message(raised)];
    const result = await runEpisode({ instanceId: "abc", history: [], messages }, deps);
    if (result.kind !== "advanced") throw new Error(result.reason);
    return result.events.find((it) => it.EventType === 0);
  };
  const first = await runAt("2024-10-23T16:00:00.400Z");
  expect(first).toMatchObject({ Timestamp: "2024-10-23T16:00:00.2000000Z", Input: "2", Generation: null });
  expect(await runAt("2024-10-23T17:00:00.000Z")).toEqual(first);
});

test.each([
  ["  ", null],
  ["no JSON", "no JSON"],
  [" 1 ", 1],
])("the worker receives the input %j as %j", async (Input, input) => {
  const worker = workerSaying(answer([]));
  await episode(worker, { messages: [message(start({ Input }))] });
  expect(worker.payloads[0]?.input).toBe(input);
});

test("a signal for later is sent to be seen then, without a stamp, and one for now with that of its cause", async () => {
  const worker = workerSaying(
    answer([
      { actionType: 9, instanceId: "@counter@a", operation: "add" },
      { actionType: 10, instanceId: "@counter@a", operation: "add", input: 1, fireAt: "2024-10-24T00:00:00.5Z" },
    ]),
  );
  const functions = worker.durableFunctions();
  worker.durableFunctions = () => [...functions, { name: "Counter", kind: "entity", isDisabled: false }];
  const result = await episode(worker, { messages: [message(start())] });
  if (result.kind !== "advanced") throw new Error(result.reason);
  const sent = result.outgoing.map(({ message: { taskMessage }, ...outgoing }) => {
    const { Name, Input } = taskMessage.Event as { Name: string; Input: string };
    return { ...outgoing, Name, request: JSON.parse(Input) };
  });
  expect(sent[0]).toMatchObject({ route: "control", Name: "op", request: { op: "add", signal: true } });
  expect(sent[0]).not.toHaveProperty("visibleAt");
  expect(sent[0]?.request.Timestamp).toBe("2024-10-23T16:00:00.1230001Z");
  expect(sent[1]).toMatchObject({
    route: "control",
    visibleAt: "2024-10-24T00:00:00.5000000Z",
    Name: "op@2024-10-24T00:00:00.5000000Z",
    request: { op: "add", signal: true, input: "1", due: "2024-10-24T00:00:00.5Z", Timestamp: "0001-01-01T00:00:00" },
  });
});

test.each([9, 10])("a signal (%i) to an entity that does not exist fails the orchestration", async (actionType) => {
  const signal = { actionType, instanceId: "@nobody@a", operation: "add", fireAt: "2024-10-24T00:00:00Z" };
  const result = await episode(workerSaying(answer([signal])), { messages: [message(start())] });
  if (result.kind !== "advanced") throw new Error(result.reason);
  expect(result.events.find((it) => it.EventType === 1)).toMatchObject({
    OrchestrationStatus: 3,
    Result: expect.stringContaining("'nobody' doesn't exist"),
  });
});

test("the batch is abandoned while the worker is unavailable", async () => {
  const result = await episode(workerSaying({ kind: "unavailable", reason: "It restarts." }), {
    messages: [message(start())],
  });
  expect(result).toEqual({ kind: "abandoned", reason: "It restarts." });
});

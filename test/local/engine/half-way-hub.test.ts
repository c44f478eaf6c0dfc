// Hubs that a .NET host left unfinished, built from the specification; the engine continues where it stopped.

import type { EntityContext, OrchestrationContext } from "durable-functions";
import * as df from "durable-functions";
import { expect, test } from "vitest";
import { type ForeignEvent, ForeignHub, type ForeignHubOptions } from "../../helpers/foreign-hub.ts";
import { readMemoryHub } from "../../helpers/read-memory-hub.ts";
import { SdkInvoker } from "../../helpers/sdk-orchestrator.ts";
import { HUB, VirtualWorld } from "../../helpers/virtual-world.ts";
import { waitFor } from "../../helpers/wait-for.ts";
import { problemsOf } from "../second-reader/read-hub.ts";

const E = "7c0e6a5b1f5e4d55a6a1a7d1c3b29e10";
const E2 = "d2a94e0c7b1a4f0f8f0c5c0f3b7f6a21";
const CALL = "fb154865-1925-5313-a849-736ef6449177";
const LOCK = "0b8a5c0e-6f0d-5a39-9c83-2f1f0f6d8c20";
const NEVER = "0001-01-01T00:00:00";

const orchestrators = {
  *Trip(context: OrchestrationContext) {
    const hello: unknown = yield context.df.callActivity("Say", context.df.getInput());
    yield context.df.createTimer(new Date("2026-06-24T14:05:00Z"));
    const go: unknown = yield context.df.waitForExternalEvent("Go");
    const child: unknown = yield context.df.callSubOrchestrator("Child", go, "the-child");
    return [hello, go, child];
  },
  *Child(context: OrchestrationContext) {
    return yield* sayOnce(context);
  },
  *Count(context: OrchestrationContext) {
    const value: unknown = yield context.df.callEntity(new df.EntityId("Counter", "a"), "add", 1);
    return value;
  },
  *Section(context: OrchestrationContext) {
    const lock: df.DurableLock = yield context.df.lock(new df.EntityId("Counter", "a"));
    const value: unknown = yield context.df.callEntity(new df.EntityId("Counter", "a"), "add", 1);
    lock.release();
    return value;
  },
};
function* sayOnce(context: OrchestrationContext): Generator<df.Task, unknown, unknown> {
  return yield context.df.callActivity("Say", context.df.getInput());
}

function makeApp() {
  const said: unknown[] = [];
  const Say = (what: unknown) => {
    said.push(what);
    return `Hello ${what}`;
  };
  const counter = (context: EntityContext<number>) => {
    const value = (context.df.getState(() => 0) ?? 0) + Number(context.df.getInput());
    context.df.setState(value);
    context.df.return(value);
  };
  return { said, invoker: new SdkInvoker({ orchestrators, activities: { Say }, entities: { counter } }) };
}

/** The data that a Microsoft host stores for `Trip`, up to each of its steps. */
const started = (input = '"Tokyo"', more: object = {}): ForeignEvent => ({
  EventType: "ExecutionStarted",
  OrchestrationInstance: { InstanceId: "trip", ExecutionId: E },
  Name: "Trip",
  Version: "",
  Input: input,
  GenerateNewTrace: false,
  Generation: 0,
  ...more,
});
const begin: ForeignEvent = { EventType: "OrchestratorStarted" };
const end: ForeignEvent = { EventType: "OrchestratorCompleted" };
const called: ForeignEvent = { EventType: "TaskScheduled", EventId: 0, Name: "Say", Version: "" };
const answered: ForeignEvent = { EventType: "TaskCompleted", TaskScheduledId: 0, Result: '"Hello from .NET"' };
const FIRE_AT = "2026-06-24T14:05:00Z";
const timerSet: ForeignEvent = { EventType: "TimerCreated", EventId: 1, FireAt: FIRE_AT };
const timerFired: ForeignEvent = { EventType: "TimerFired", TimerId: 1, FireAt: FIRE_AT };
const raised: ForeignEvent = { EventType: "EventRaised", Name: "Go", Input: '"go"' };
const childMade: ForeignEvent = {
  EventType: "SubOrchestrationInstanceCreated",
  EventId: 2,
  Name: "Child",
  Version: "",
  InstanceId: "the-child",
};
const childEnded: ForeignEvent = {
  EventType: "SubOrchestrationInstanceCompleted",
  TaskScheduledId: 2,
  Result: '"Hello child"',
};
const untilCall = [begin, started(), called, end];
const untilTimer = [...untilCall, begin, answered, timerSet, end];
const untilWait = [...untilTimer, begin, timerFired, end];
const untilChild = [...untilWait, begin, raised, childMade, end];
const trip = { InstanceId: "trip", ExecutionId: E };
const current = { InstanceId: "trip", ExecutionId: null };
const TASK_INPUT = { ...called, Input: '["Tokyo"]' };

async function openHub(
  leave: (hub: ForeignHub) => Promise<void>,
  options: Partial<ForeignHubOptions> = {},
  lease: Parameters<ForeignHub["create"]>[0] = null,
) {
  const world = new VirtualWorld();
  const foreign = new ForeignHub(world.storage, { hubName: HUB, ...options });
  await foreign.create(lease);
  await leave(foreign);
  const { said, invoker } = makeApp();
  const { client } = await world.startEngine({ invoker });
  const ending = (id: string) =>
    waitFor(
      async () => {
        await world.step();
        const found = await world.status(id);
        return found?.runtimeStatus === "Completed" && JSON.parse(found.output ?? "null");
      },
      { what: `the end of ${id}` },
    );
  const problems = async () => {
    await world.pass(20_000);
    return problemsOf(await readMemoryHub(world.storage, { hubName: HUB, partitionCount: 4 }));
  };
  return { world, said, client, ending, problems };
}

const running = (hub: ForeignHub, columns: Record<string, string | number> = {}) =>
  hub.instance("trip", E, { Name: "Trip", RuntimeStatus: "Running", Input: '"Tokyo"', ...columns });

/** Where the host stopped, the activity's inputs here, and the result after the event is raised. */
const STOPS: [string, (hub: ForeignHub) => Promise<void>, unknown[], string][] = [
  [
    "a start that nobody took",
    async (hub) => {
      await hub.send(trip, started());
      await running(hub, { RuntimeStatus: "Pending" });
    },
    ["Tokyo", "go"],
    "Hello Tokyo",
  ],
  [
    "an activity that nobody took",
    async (hub) => {
      await hub.history("trip", E, untilCall);
      await hub.send(trip, TASK_INPUT, { sender: trip });
      await running(hub);
    },
    ["Tokyo", "go"],
    "Hello Tokyo",
  ],
  [
    "an activity's result that nobody took",
    async (hub) => {
      await hub.history("trip", E, untilCall);
      await hub.send(trip, answered, { sender: trip });
      await running(hub);
    },
    ["go"],
    "Hello from .NET",
  ],
  [
    "a timer that is set",
    async (hub) => {
      await hub.history("trip", E, untilTimer);
      await hub.send(trip, timerFired, { sender: trip, delaySeconds: 300 });
      await running(hub);
    },
    ["go"],
    "Hello from .NET",
  ],
  [
    "an event that is waited for",
    async (hub) => {
      await hub.history("trip", E, untilWait);
      await running(hub);
    },
    ["go"],
    "Hello from .NET",
  ],
  [
    "messages that were sent before the history, which was not written",
    async (hub) => {
      await hub.send(trip, started());
      await hub.send(trip, TASK_INPUT, { sender: trip });
      await running(hub, { RuntimeStatus: "Pending" });
    },
    ["Tokyo", "Tokyo", "go"],
    "Hello Tokyo",
  ],
  [
    "a batch that was stored and not deleted",
    async (hub) => {
      await hub.history("trip", E, untilTimer);
      await hub.send(trip, timerFired, { sender: trip, delaySeconds: 300 });
      await hub.send(trip, answered, { sender: trip });
      await running(hub);
    },
    ["go"],
    "Hello from .NET",
  ],
  [
    "rows of a longer execution behind the current one",
    async (hub) => {
      const old = Array.from({ length: 6 }, () => ({ ...end }));
      await hub.history("trip", E2, old, { firstRow: untilWait.length });
      await hub.history("trip", E, untilWait);
      await running(hub);
    },
    ["go"],
    "Hello from .NET",
  ],
];

test.each(STOPS)("the engine continues from %s", async (_, leave, calls, hello) => {
  const { world, said, client, ending, problems } = await openHub(leave);
  await world.pass(400_000);
  await world.during(client.raiseEvent("trip", "Go", '"go"'));
  expect(await ending("trip")).toEqual([hello, "go", "Hello go"]);
  expect(said.toSorted()).toEqual(calls.toSorted());
  expect(await problems()).toEqual([]);
});

test.each<[string, ForeignEvent]>([
  ["result", childEnded],
  ["failure", { EventType: "SubOrchestrationInstanceFailed", TaskScheduledId: 2, Reason: "no", Details: "why" }],
])("the engine accepts the %s of a child that ran on a .NET host", async (what, event) => {
  const { world, said, ending } = await openHub(async (hub) => {
    await hub.history("trip", E, untilChild);
    await hub.send(trip, event, { sender: { InstanceId: "the-child", ExecutionId: E2 } });
    await running(hub);
  });
  if (what === "result") expect(await ending("trip")).toEqual(["Hello from .NET", "go", "Hello child"]);
  await world.pass(1_000);
  expect((await world.status("trip"))?.runtimeStatus).toBe(what === "result" ? "Completed" : "Failed");
  expect(said).toEqual([]);
});

test("the engine continues the data of a 1.x host, with Base64 bodies and missing columns", async () => {
  const { world, client, ending } = await openHub(
    async (hub) => {
      await hub.history("trip", E, untilCall);
      await hub.send(trip, answered, { sender: trip });
      await hub.send(current, { ...raised });
      await running(hub);
    },
    { generation: 1 },
  );
  expect(await client.getStatus("trip")).toMatchObject({ name: "Trip", tags: null });
  await world.pass(400_000);
  expect(await ending("trip")).toEqual(["Hello from .NET", "go", "Hello go"]);
});

test("the engine reads a large input from a blob", async () => {
  const large = "x".repeat(40_000);
  const { world, said } = await openHub(async (hub) => {
    const name = "trip/history-0000000000000001-ExecutionStarted-0A1B2C3D-Input.json.gz";
    await hub.blob(name, JSON.stringify(large));
    await hub.send(trip, { ...started("") });
    await hub.history("trip", E, [begin, { ...started(""), InputBlobName: name }, called, end]);
    await hub.send(trip, { ...called, Input: JSON.stringify([large]) }, { sender: trip });
    await running(hub);
  });
  await waitFor(async () => {
    await world.step();
    return said.length > 0;
  });
  expect(said).toEqual([large]);
  expect((await world.status("trip"))?.runtimeStatus).toBe("Running");
});

test("an instance suspended by a .NET host continues when it is resumed, with the events received meanwhile", async () => {
  const suspended: ForeignEvent = { EventType: "ExecutionSuspended", Reason: "maintenance" };
  const { world, client, ending } = await openHub(async (hub) => {
    await hub.history("trip", E, [...untilWait, begin, suspended, end, begin, raised, end]);
    await running(hub, { RuntimeStatus: "Suspended", Output: "maintenance" });
  });
  await world.pass(60_000);
  expect((await world.status("trip"))?.runtimeStatus).toBe("Suspended");
  await world.during(client.resume("trip", "done"));
  expect(await ending("trip")).toEqual(["Hello from .NET", "go", "Hello go"]);
});

test("an instance row that is behind its history after a crash is written when a message comes back", async () => {
  const ended: ForeignEvent = {
    EventType: "ExecutionCompleted",
    EventId: 3,
    OrchestrationStatus: "Completed",
    Result: '"all"',
  };
  const { ending, problems } = await openHub(async (hub) => {
    await hub.history("trip", E, [...untilChild, begin, childEnded, ended, end]);
    await hub.send(trip, childEnded, { sender: { InstanceId: "the-child", ExecutionId: E2 } });
    await running(hub);
  });
  expect(await ending("trip")).toBe("all");
  expect(await problems()).toEqual([]);
});

test("no message is received before the foreign host's lease expires", async () => {
  const { world, said, ending, client } = await openHub(
    async (hub) => {
      await hub.history("trip", E, untilCall);
      await hub.send(trip, answered, { sender: trip });
      await running(hub);
    },
    {},
    { owner: "RD00155D2A3B4C", expiresAt: "2026-06-24T14:00:25.0000000Z" },
  );
  await world.pass(24_000);
  expect((await world.history("trip")).length).toBe(untilCall.length);
  await world.pass(400_000);
  await world.during(client.raiseEvent("trip", "Go", '"go"'));
  expect(await ending("trip")).toEqual(["Hello from .NET", "go", "Hello go"]);
  expect(said).toEqual(["go"]);
});

const entityStarted = (state: object): ForeignEvent => ({
  EventType: "ExecutionStarted",
  OrchestrationInstance: { InstanceId: "@counter@a", ExecutionId: E2 },
  Name: "@counter@a",
  Version: "",
  Input: JSON.stringify(state),
  GenerateNewTrace: false,
});
const entity = { InstanceId: "@counter@a", ExecutionId: null };
const add = (id: string, more: object = {}) => ({
  op: "add",
  input: "1",
  id,
  Timestamp: NEVER,
  Predecessor: NEVER,
  ...more,
});
const op = (request: object): ForeignEvent => ({
  EventType: "EventRaised",
  Name: "op",
  Input: JSON.stringify(request),
});
const signal = (n: number) => add(`00000000-0000-4000-8000-00000000000${n}`, { signal: true });

async function leaveEntity(hub: ForeignHub, state: object, status: object): Promise<void> {
  await hub.history("@counter@a", E2, [begin, entityStarted(state), end]);
  await hub.instance("@counter@a", E2, {
    Name: "@counter@a",
    RuntimeStatus: "Running",
    Input: JSON.stringify(state),
    CustomStatus: JSON.stringify(status),
  });
}

const stateOf = async (world: VirtualWorld) => {
  const { hub, instances } = await world.stores();
  const status = await instances.status("@counter@a", { withInput: true });
  expect(hub.hubName).toBe(HUB);
  return JSON.parse(status?.input ?? "null");
};
const exists = { entityExists: true };

test("an idle entity keeps its state, and processes the messages in its queue", async () => {
  const { world, problems } = await openHub(async (hub) => {
    await leaveEntity(hub, { exists: true, state: "5", sorter: {} }, exists);
    await hub.send(entity, op(signal(1)));
    await hub.send(entity, op(signal(2)));
  });
  await world.pass(5_000);
  expect(await stateOf(world)).toMatchObject({ exists: true, state: "7" });
  expect(await problems()).toEqual([]);
});

test("an entity that was suspended in the middle of a full batch processes the rest", async () => {
  const { world, problems } = await openHub(async (hub) => {
    const queue = [signal(1), signal(2), signal(3)];
    await leaveEntity(
      hub,
      { exists: true, state: "5", queue, suspended: true, sorter: {} },
      { ...exists, queueSize: 3 },
    );
    await hub.send(entity, { EventType: "EventRaised", Name: "continue" }, { sender: { ...entity, ExecutionId: E2 } });
  });
  await world.pass(5_000);
  expect(await stateOf(world)).toEqual(expect.objectContaining({ state: "8" }));
  expect(await stateOf(world)).not.toHaveProperty("queue");
  expect(await problems()).toEqual([]);
});

test("a delayed signal is processed when it is due", async () => {
  const due = "2026-06-24T14:02:00.0000000Z";
  const { world } = await openHub(async (hub) => {
    await leaveEntity(hub, { exists: true, state: "5", sorter: {} }, exists);
    const event = { ...op({ ...signal(1), due: "2026-06-24T14:02:00Z" }), Name: `op@${due}` };
    await hub.send(entity, event, { delaySeconds: 120 });
  });
  await world.pass(100_000);
  expect(await stateOf(world)).toMatchObject({ state: "5" });
  await world.pass(30_000);
  expect(await stateOf(world)).toMatchObject({ state: "6" });
});

test("messages that a .NET host's sorter has delivered or held back are processed once, in order", async () => {
  const from = { parent: "sender", parentExecution: E };
  const stamped = (n: number, before: number | null) => ({
    ...signal(n),
    ...from,
    Timestamp: `2026-06-24T13:59:00.000000${n}Z`,
    Predecessor: before === null ? NEVER : `2026-06-24T13:59:00.000000${before}Z`,
  });
  const third = stamped(3, 2);
  const sorter = {
    ReceivedFromInstance: {
      sender: { Last: "2026-06-24T13:59:00.0000001Z", ExecutionId: E, Buffered: { [third.Timestamp]: third } },
    },
    ReceiveHorizon: "2026-06-24T13:29:00Z",
  };
  const { world } = await openHub(async (hub) => {
    await leaveEntity(hub, { exists: true, state: "5", sorter }, exists);
    const sender = { InstanceId: "sender", ExecutionId: E };
    await hub.send(entity, op(stamped(1, null)), { sender });
    await hub.send(entity, op(stamped(2, 1)), { sender });
  });
  await world.pass(5_000);
  expect(await stateOf(world)).toMatchObject({
    state: "7",
    sorter: { ReceivedFromInstance: { sender: { Last: "2026-06-24T13:59:00.0000003Z" } } },
  });
});

test("an entity's reply to a .NET host's orchestration is matched by the ID in its history", async () => {
  const caller = { InstanceId: "trip", ExecutionId: E };
  const request = add(CALL, { parent: "trip", parentExecution: E, Timestamp: "2026-06-24T13:59:00.1234567Z" });
  const sent = {
    EventType: "EventSent",
    EventId: 0,
    InstanceId: "@counter@a",
    Name: "op",
    Input: JSON.stringify(request),
  };
  const { ending } = await openHub(async (hub) => {
    await hub.history("trip", E, [begin, started("null", { Name: "Count" }), sent, end]);
    await running(hub, { Name: "Count", Input: "null" });
    await leaveEntity(hub, { exists: true, state: "6", sorter: {} }, exists);
    const answer = { EventType: "EventRaised", Name: CALL, Input: '{"result":"6"}' };
    await hub.send(caller, answer, { sender: { InstanceId: "@counter@a", ExecutionId: E2 } });
  });
  expect(await ending("trip")).toBe(6);
});

test("a lock held by a .NET host's orchestration excludes others, is used, and is released", async () => {
  const request = {
    op: null,
    id: LOCK,
    parent: "trip",
    parentExecution: E,
    Timestamp: "2026-06-24T13:59:00.1234567Z",
    Predecessor: NEVER,
    lockset: [{ name: "counter", key: "a" }],
  };
  const asked = {
    EventType: "EventSent",
    EventId: 0,
    InstanceId: "@counter@a",
    Name: "op",
    Input: JSON.stringify(request),
  };
  const granted = { EventType: "EventRaised", Name: LOCK, Input: '{"result":"Lock Acquisition Completed"}' };
  const { world, ending, problems } = await openHub(async (hub) => {
    await hub.history("trip", E, [begin, started("null", { Name: "Section" }), asked, end]);
    await running(hub, { Name: "Section", Input: "null" });
    const sorter = { ReceivedFromInstance: { trip: { Last: request.Timestamp, ExecutionId: E } } };
    const state = { exists: true, state: "5", queue: [signal(1)], lockedBy: "trip", sorter };
    await leaveEntity(hub, state, { ...exists, queueSize: 1, lockedBy: "trip" });
    await hub.send(entity, op(signal(2)));
    await hub.send(trip, granted, { sender: { InstanceId: "@counter@a", ExecutionId: E2 } });
  });
  expect(await ending("trip")).toBe(6);
  await world.pass(5_000);
  expect(await stateOf(world)).toMatchObject({ state: "8" });
  expect(await stateOf(world)).not.toHaveProperty("lockedBy");
  expect(await problems()).toEqual([]);
});

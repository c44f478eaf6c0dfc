// The engine's data in storage as read by the second reader, and mistakes that the second reader must detect.

import { globSync, readFileSync } from "node:fs";
import type { EntityContext, OrchestrationContext } from "durable-functions";
import * as df from "durable-functions";
import { expect, test } from "vitest";
import type { TaskHubClient } from "../../../local/src/engine/client.ts";
import { readMemoryHub } from "../../helpers/read-memory-hub.ts";
import { SdkInvoker } from "../../helpers/sdk-orchestrator.ts";
import { HUB, VirtualWorld } from "../../helpers/virtual-world.ts";
import { waitFor } from "../../helpers/wait-for.ts";
import type { HubContents, Row } from "./contents.ts";
import { problemsOf } from "./read-hub.ts";

const LARGE = 70_000;
const counter = new df.EntityId("Counter", "a");
const orchestrators = {
  *everything(context: OrchestrationContext) {
    if (!context.df.getInput()) {
      const lock: df.DurableLock = yield context.df.lock(counter, new df.EntityId("Counter", "b"));
      yield context.df.callEntity(counter, "add", 2);
      lock.release();
      context.df.signalEntity(counter, "add", 3);
      yield context.df.waitForExternalEvent("Go");
      context.df.continueAsNew({ isSecond: true });
      return;
    }
    context.df.setCustomStatus({ step: "second" });
    yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 1_000));
    const large: string = yield context.df.callActivity("grow", LARGE);
    try {
      yield context.df.callSubOrchestrator("fails", large, `${context.df.instanceId}:child`);
    } catch {
      return large;
    }
  },
  *fails(context: OrchestrationContext) {
    yield context.df.callActivity("boom", null);
  },
  *once(context: OrchestrationContext) {
    const both: unknown = yield context.df.Task.all([
      context.df.callActivity("grow", 2),
      context.df.callActivity("flaky"),
    ]);
    return both;
  },
  *waits(context: OrchestrationContext) {
    yield context.df.waitForExternalEvent("Go");
  },
};

function makeApp() {
  let calls = 0;
  const activities = {
    grow: (size: unknown) => "é".repeat(Number(size)),
    boom: () => {
      throw new Error("no luck");
    },
    flaky: () => {
      calls += 1;
      if (calls === 1) throw new Error("not yet");
      return calls;
    },
  };
  const entities = {
    counter: (context: EntityContext<number>) => {
      context.df.setState((context.df.getState(() => 0) ?? 0) + Number(context.df.getInput()));
    },
  };
  return new SdkInvoker({ orchestrators, activities, entities });
}

/** A hub after a bit of everything, with all messages ever sent instead of the remaining ones. */
async function makeHub(): Promise<HubContents> {
  const world = new VirtualWorld();
  const sent: Record<string, string[]> = {};
  const { client } = await world.startEngine({
    invoker: makeApp(),
    settings: { defaultVersion: "1.0" },
    fateOf: ({ resource, operation, args }) => {
      if (operation === "send") sent[resource] = [...(sent[resource] ?? []), String(args[0])];
      return undefined;
    },
  });
  const isNow = async (id: string, wanted: string) => {
    // Large payloads are compressed in threads, which the virtual world does not wait for.
    const status = await waitFor(async () => {
      await world.step();
      const found = await world.status(id);
      return [wanted, "Completed", "Failed"].includes(found?.runtimeStatus ?? "") && found;
    });
    expect(status).toMatchObject({ runtimeStatus: wanted });
  };
  const begin = (name: string, instanceId: string, more: object = {}) =>
    world.during(client.start({ name, instanceId, input: null, ...more }));
  await begin("everything", "every/thing", { version: "1.0", tags: { team: "a" } });
  await isNow("every/thing", "Running");
  await world.during(client.raiseEvent("every/thing", "Go", '"go"'));
  await isNow("every/thing", "Completed");
  await begin("once", "rewound");
  await isNow("rewound", "Failed");
  await world.during(client.rewind("rewound", "once more"));
  await isNow("rewound", "Completed");
  await leaveWaiting(client, world, begin, isNow);
  await world.settle();
  const options = { hubName: HUB, partitionCount: 4 };
  const contents = await readMemoryHub(world.storage, options);
  return { ...contents, messages: sent };
}

async function leaveWaiting(
  client: TaskHubClient,
  world: VirtualWorld,
  begin: (name: string, instanceId: string, more?: object) => Promise<unknown>,
  isNow: (id: string, status: string) => Promise<unknown>,
): Promise<void> {
  await begin("waits", "suspended");
  await isNow("suspended", "Running");
  await world.during(client.suspend("suspended", "a pause"));
  await isNow("suspended", "Suspended");
  await begin("waits", "terminated", { input: JSON.stringify("x".repeat(LARGE)) });
  await world.during(client.terminate("terminated", "enough"));
  await isNow("terminated", "Terminated");
}

test("the second reader shares no code with the engine", () => {
  const files = globSync("test/local/second-reader/*.ts").filter((it) => !it.endsWith(".test.ts"));
  expect(files.length).toBeGreaterThan(5);
  const imports = files.flatMap((file) => readFileSync(file, "utf8").match(/ from "[^"]+"/g) ?? []);
  expect(imports.filter((it) => it.includes("/src/") || it.includes("@same-kit") || it.includes("helpers"))).toEqual(
    [],
  );
});

test("the second reader can read everything that the engine stores, and every message that it sends", async () => {
  const hub = await makeHub();
  expect(await problemsOf(hub)).toEqual([]);
  const kinds = Object.values(hub.messages)
    .flat()
    .map((it) => JSON.parse(it).TaskMessage?.Event.$type.replace("DurableTask.Core.History.", "") ?? "large");
  expect([...new Set(kinds)].toSorted()).toEqual([
    "EventRaisedEvent",
    "ExecutionStartedEvent",
    "ExecutionSuspendedEvent",
    "ExecutionTerminatedEvent",
    "GenericEvent",
    "SubOrchestrationInstanceFailedEvent",
    "TaskCompletedEvent",
    "TaskFailedEvent",
    "TaskScheduledEvent",
    "TimerFiredEvent",
    "large",
  ]);
});

type Change = (hub: HubContents) => Partial<HubContents>;
type Columns = Row["columns"];

const isRow =
  (type: string) =>
  ({ columns }: Row) =>
    columns["EventType"]?.value === type;
const changeHistory =
  (matches: (row: Row) => boolean, columns: (old: Columns) => Columns): Change =>
  ({ history }) => ({
    history: history.map((row) => (matches(row) ? { ...row, columns: columns(row.columns) } : row)),
  });
const changeInstance =
  (id: string, columns: Columns): Change =>
  ({ instances }) => ({
    instances: instances.map((row) =>
      row.partitionKey === id ? { ...row, columns: { ...row.columns, ...columns } } : row,
    ),
  });
const without =
  (name: string) =>
  ({ [name]: _, ...rest }: Columns): Columns =>
    rest;
const changeMessage =
  (type: string, change: (body: string) => string): Change =>
  ({ messages }) => ({
    messages: Object.fromEntries(
      Object.entries(messages).map(([name, bodies]) => [
        name,
        bodies.map((body) => (body.includes(`.${type}Event"`) ? change(body) : body)),
      ]),
    ),
  });
const string = (value: string) => ({ type: "String", value }) as const;

const MISTAKES: [string, Change, RegExp][] = [
  [
    "a number as Double",
    changeHistory(isRow("TaskScheduled"), (it) => ({ ...it, EventId: { type: "Double", value: "0" } })),
    /EventId is an Double/,
  ],
  [
    "a time as text",
    changeHistory(isRow("TimerCreated"), (it) => ({ ...it, FireAt: string("2026-06-24T14:00:00Z") })),
    /FireAt is an String/,
  ],
  ["no _Timestamp", changeHistory(isRow("TaskCompleted"), without("_Timestamp")), /has no column _Timestamp/],
  [
    "a column more",
    changeHistory(isRow("TaskCompleted"), (it) => ({ ...it, Timestamp2: string("") })),
    /has the column Timestamp2/,
  ],
  [
    "an absent null object",
    changeHistory(isRow("ExecutionStarted"), without("ParentInstance")),
    /has no column ParentInstance/,
  ],
  [
    "an object with $type",
    changeHistory(isRow("ExecutionStarted"), (it) => ({ ...it, OrchestrationInstance: string('{"$type":"x"}') })),
    /has a \$type/,
  ],
  [
    "a reply that was not played",
    changeHistory(isRow("TaskCompleted"), (it) => ({ ...it, IsPlayed: { type: "Boolean", value: "false" } })),
    /has IsPlayed false/,
  ],
  [
    "a reply to nothing",
    changeHistory(isRow("TaskCompleted"), (it) => ({ ...it, TaskScheduledId: { type: "Int32", value: "99" } })),
    /answers TaskScheduled 99/,
  ],
  [
    "an unknown status",
    changeHistory(isRow("ExecutionCompleted"), (it) => ({ ...it, OrchestrationStatus: string("Done") })),
    /OrchestrationStatus is Done/,
  ],
  [
    "no sentinel",
    ({ history }) => ({ history: history.filter(({ rowKey }) => rowKey !== "sentinel") }),
    /there is no sentinel/,
  ],
  [
    "a half-written checkpoint",
    changeHistory(
      ({ rowKey }) => rowKey === "sentinel",
      (it) => ({ ...it, IsCheckpointComplete: { type: "Boolean", value: "false" } }),
    ),
    /last checkpoint is not complete/,
  ],
  [
    "keys in lower case",
    ({ history }) => ({ history: history.map((row) => ({ ...row, rowKey: row.rowKey.toLowerCase() })) }),
    /is not the key of event 10/,
  ],
  [
    "a hole",
    ({ history }) => ({ history: history.filter(({ rowKey }) => rowKey !== "0000000000000003") }),
    /is not the key of event 3/,
  ],
  ["a lost blob", () => ({ blob: async () => undefined }), /the blob .* cannot be read/],
  [
    "a large value in its row",
    changeHistory(isRow("TimerFired"), (it) => ({ ...it, Reason: string("x".repeat(LARGE)) })),
    /has the column Reason/,
  ],
  [
    "no custom status",
    ({ instances }) => ({
      instances: instances.map((row) => ({ ...row, columns: without("CustomStatus")(row.columns) })),
    }),
    /has no CustomStatus/,
  ],
  [
    "another execution",
    changeInstance("rewound", { ExecutionId: string("0".repeat(32)) }),
    /another execution than its history/,
  ],
  ["another output", changeInstance("rewound", { Output: string("[]") }), /another output than its history/],
  [
    "a stale status",
    changeInstance("suspended", { RuntimeStatus: string("Running") }),
    /is Running, by its history Suspended/,
  ],
  ["a foreign hub", changeInstance("rewound", { TaskHubName: string("hub") }), /is of the hub hub/],
  [
    "an entity without exists",
    changeInstance("@counter@a", { CustomStatus: string("{}") }),
    /exists by one of state and status alone/,
  ],
  [
    "a lost instance",
    ({ instances }) => ({ instances: instances.filter(({ partitionKey }) => partitionKey !== "rewound") }),
    /there is no instance of it/,
  ],
  [
    "a foreign partition",
    ({ partitions }) => ({ partitions: partitions.map((row) => ({ ...row, rowKey: row.rowKey.slice(4) })) }),
    /is not the key of a partition/,
  ],
  [
    "a message in Base64",
    changeMessage("TaskScheduled", (body) => Buffer.from(body).toString("base64")),
    /does not begin with \{/,
  ],
  [
    "$type in another place",
    changeMessage("TaskScheduled", (body) =>
      body.replace(
        /"\$type":"DurableTask.AzureStorage.MessageData",(.*)\}$/,
        '$1,"$type":"DurableTask.AzureStorage.MessageData"}',
      ),
    ),
    /has the members ActivityId/,
  ],
  [
    "an enum by its name",
    changeMessage("TaskCompleted", (body) => body.replace('"EventType":5', '"EventType":"TaskCompleted"')),
    /has the number TaskCompleted/,
  ],
  ["no sender", changeMessage("EventRaised", (body) => body.replace(/"Sender":\{[^}]*\},/, "")), /has no whole sender/],
  [
    "a bare activity input",
    changeMessage("TaskScheduled", (body) => body.replace(/"Input":"\[(.*?)\]"/, '"Input":"$1"')),
    /one argument in a list/,
  ],
  [
    "a local time",
    changeMessage("TaskScheduled", (body) => body.replace(/("Timestamp":"[^"]*)Z"/, '$1+02:00"')),
    /has the time/,
  ],
  [
    "an event for one execution",
    changeMessage("ExecutionTerminated", (body) =>
      body.replaceAll('"ExecutionId":null', `"ExecutionId":"${"0".repeat(32)}"`),
    ),
    /has the target execution 0/,
  ],
  [
    "the next queue",
    ({ messages }) => ({ messages: { "hub-control-01": messages["hub-control-03"] ?? [] } }),
    /belongs into hub-control-03/,
  ],
];

test.each(MISTAKES)("the second reader detects %s", async (_, change, problem) => {
  const hub = await sharedHub();
  const problems = await problemsOf({ ...hub, ...change(hub) });
  expect(problems.filter((it) => problem.test(it))).not.toEqual([]);
});

let shared: Promise<HubContents> | undefined;
const sharedHub = () => (shared ??= makeHub());
